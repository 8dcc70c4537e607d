import type { ColumnStatistics, ExportOptions, Query, TableShape } from "./types";

export interface RankedScores {
  /** From small to large. */
  readonly sorted: Float32Array;
  /** Where medium, high and critical begin, as scores. */
  readonly severityScores: readonly number[];
}

/** What the rows worker does. One file is open at a time; every rejection is a PlainError. */
export interface RowsService {
  /** Gives the number of rows. */
  open(file: Blob, shape: TableShape): number;
  close(): void;
  /** The results of a run. */
  setScores(scores: Float32Array, probabilities: Float32Array): RankedScores;
  /** Rows in order. */
  select(query: Query): Uint32Array;
  cells(rows: readonly number[]): string[][];
  /** Of each column: what is usual; null where it holds no numbers. */
  statistics(): (ColumnStatistics | null)[];
  exportRows(options: ExportOptions): Blob;
}
