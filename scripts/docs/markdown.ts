/** A table of Markdown; cells are Markdown themselves, but for bars and line breaks. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.map(cell).join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

function cell(text: string): string {
  return text.replace(/\s*\n\s*/g, ' ').replaceAll('|', '\\|');
}

/** Text that was written for a terminal, as Markdown: nothing in it is markup. */
export function plain(text: string): string {
  return text.replace(/[\\*_<>[\]#]/g, (character) => `\\${character}`);
}

/** The anchor that a heading gets where Markdown is shown on the web. */
export function anchorOf(heading: string): string {
  return heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N} _-]/gu, '')
    .replaceAll(' ', '-');
}
