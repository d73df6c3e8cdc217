import type { Block, TableBlock, TableRow } from '../report/blocks.js';

/** The part of a command that puts text on the screen; silent by itself in `--json` mode. */
export type Screen = {
  log(message?: string): void;
  styledHeader(text: string): void;
  table(options: {
    data: TableRow[];
    columns: { key: string; name: string; horizontalAlignment?: 'left' | 'right' }[];
    title?: string;
    overflow: 'wrap';
  }): void;
};

/** Shows the blocks of a report. Tables and headings make their own empty lines. */
export function show(screen: Screen, blocks: readonly Block[]): void {
  for (const block of blocks) showBlock(screen, block);
}

function showBlock(screen: Screen, block: Block): void {
  switch (block.kind) {
    case 'heading':
      return screen.styledHeader(block.text);
    case 'lines':
      for (const line of block.lines) screen.log(line);
      if (block.lines.length > 0) screen.log();
      return;
    case 'table':
      return showTable(screen, block);
  }
}

function showTable(screen: Screen, { columns, rows, title }: TableBlock): void {
  screen.table({
    data: [...rows],
    columns: columns.map(({ key, name, align }) => ({ key, name, horizontalAlignment: align ?? 'left' })),
    ...(title === undefined ? {} : { title }),
    overflow: 'wrap',
  });
}
