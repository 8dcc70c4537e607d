import type { ColumnType } from "outpost-wasm";

/** What the engine found out about the file, as far as reading single rows needs it. */
export interface TableShape {
  readonly format: "csv" | "json" | "ndjson";
  readonly delimiter: string;
  readonly header: boolean;
  readonly rows: number;
  readonly columns: readonly ColumnShape[];
}

export interface ColumnShape {
  readonly name: string;
  readonly type: ColumnType;
  readonly decimal: string;
}

export type SortKey = "score" | "row" | number;

/** Severities above none, in order; the core cuts them from the probability of flagged rows. */
export const severities = ["low", "medium", "high", "critical"] as const;
export type Severity = "none" | (typeof severities)[number];

export interface Query {
  /** A number is a column. */
  readonly sort: SortKey;
  readonly descending: boolean;
  /** Text that a row must contain, any case. */
  readonly search: string;
  readonly onlyAnomalies: boolean;
  /** 0: all; 1 to 4: at least severities[n - 1]. */
  readonly minSeverity: number;
  readonly threshold: number;
  /** Only these rows, before any other filter. */
  readonly only: readonly number[] | null;
}

/** Of one column: what is usual in it. */
export interface ColumnStatistics {
  readonly median: number;
  /** 1.4826 times the median absolute deviation; where that is 0, 1.2533 times the mean absolute deviation. */
  readonly spread: number;
}

export type Verdict = "anomaly" | "normal";

export interface Mark {
  readonly verdict: Verdict;
  readonly note: string;
}

export interface ExportOptions {
  readonly format: "csv" | "json";
  readonly threshold: number;
  /** Which rows, in this order. */
  readonly order: Uint32Array;
  readonly marks: readonly (readonly [number, Mark])[];
}
