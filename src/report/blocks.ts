/** A table cell is text that was already escaped. */
export type TableRow = { readonly [column: string]: string };

export type TableBlock = {
  readonly kind: 'table';
  readonly title?: string;
  readonly columns: readonly { readonly key: string; readonly name: string; readonly align?: 'right' }[];
  readonly rows: readonly TableRow[];
};

/** What a report is made of, in order; `cli/show.ts` puts it on the screen. All text in it is escaped. */
export type Block =
  | { readonly kind: 'heading'; readonly text: string }
  | { readonly kind: 'lines'; readonly lines: readonly string[] }
  | TableBlock;

export function heading(text: string): Block {
  return { kind: 'heading', text };
}

export function lines(...content: readonly string[]): Block {
  return { kind: 'lines', lines: content };
}

/** Blocks as plain text, tables as tab-separated lines: for tests and logs. */
export function plainText(blocks: readonly Block[]): string {
  return blocks
    .map((block) => {
      if (block.kind === 'heading') return block.text;
      if (block.kind === 'lines') return block.lines.join('\n');
      const cells = (row: TableRow): string => block.columns.map(({ key }) => row[key] ?? '').join('\t');
      const header = block.columns.map(({ name }) => name).join('\t');
      return [block.title, header, ...block.rows.map(cells)].filter((line) => line !== undefined).join('\n');
    })
    .join('\n');
}
