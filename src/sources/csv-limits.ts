/** How much the CSV source reads, keeps and accepts. Fixed in the product; tests make them small to reach every edge. */
export type CsvLimits = {
  /** Bytes per read; a row that does not fit makes the next read larger. */
  readonly readSize: number;
  /** Characters (UTF-16 units) of one cell; a longer cell makes its row broken. No Salesforce field takes as much. */
  readonly maxCell: number;
  /** Bytes of one row with its line break; behind it nobody can say whether a quote was left open: run-level. */
  readonly maxRecord: number;
  /** Bytes per link of the hash chain in a mark (design.md 7). Marks of another block size do not match. */
  readonly blockSize: number;
  /** Whole blocks kept in memory for marks that lag behind reading; two windows of 8 MB and some air. */
  readonly keepBlocks: number;
};

const MIB = 1024 * 1024;

export const CSV_LIMITS: CsvLimits = {
  readSize: 256 * 1024,
  maxCell: MIB,
  maxRecord: 16 * MIB,
  blockSize: MIB,
  keepBlocks: 24,
};
