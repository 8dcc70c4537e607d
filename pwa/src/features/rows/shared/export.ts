import { severityName, severityRank } from "./severity";
import type { ColumnShape, Mark } from "./types";

/** What is written beside the columns of a row. */
export interface Outcome {
  readonly row: number;
  readonly score: number;
  readonly probability: number;
  readonly threshold: number;
  readonly mark: Mark | undefined;
}

const added = ["outpost_row", "outpost_score", "outpost_probability", "outpost_label", "outpost_severity", "outpost_mark",
  "outpost_note"] as const;

/** The shortest decimal that reads back as the same float32. */
export function float32Text(value: number): string {
  if (!Number.isFinite(value)) return String(value);
  for (let digits = 6; digits < 9; ++digits) {
    const text = String(Number(value.toPrecision(digits)));
    if (Math.fround(Number(text)) === Math.fround(value)) return text;
  }
  return String(Number(value.toPrecision(9)));
}

const formulaStart = /^[\s]*[=+\-@\t\r\uFF0B\uFF0D\uFF1D\uFF20]/;
const plainNumber = /^\s*[+-]?(\d+([.,]\d*)?|[.,]\d+)(e[+-]?\d+)?\s*$/i;

/** A spreadsheet must not run what a cell holds: text that could begin a formula gets an apostrophe; numbers stay. */
export function harmless(cell: string): string {
  return formulaStart.test(cell) && !plainNumber.test(cell) ? `'${cell}` : cell;
}

export function csvCell(cell: string): string {
  const safe = harmless(cell);
  return /[",\r\n]|^\s|\s$/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

function outcomeCells({ row, score, probability, threshold, mark }: Outcome): string[] {
  const rank = severityRank(score, probability, threshold);
  return [String(row), float32Text(score), float32Text(probability), score > threshold ? "1" : "0", severityName(rank),
    mark?.verdict ?? "", mark?.note ?? ""];
}

/** Names of ours that the file already has get a number. */
export function addedNames(columns: readonly string[]): string[] {
  return added.map((name) => {
    let free: string = name;
    for (let i = 2; columns.includes(free); ++i) free = `${name}_${i}`;
    return free;
  });
}

export function csvHeader(columns: readonly ColumnShape[]): string {
  const names = columns.map((column) => column.name);
  return `${[...names, ...addedNames(names)].map(csvCell).join(",")}\r\n`;
}

export function csvRow(cells: readonly string[], outcome: Outcome): string {
  return `${[...cells, ...outcomeCells(outcome)].map(csvCell).join(",")}\r\n`;
}

/** A row as a JSON record: numbers as numbers, missing as null, everything else as the text it was. */
export function jsonRow(cells: readonly string[], columns: readonly ColumnShape[], outcome: Outcome): string {
  const { row, score, probability, threshold, mark } = outcome;
  const record = Object.fromEntries(columns.map((column, i) => {
    const text = cells[i] ?? "";
    if (text.trim() === "") return [column.name, null];
    const value = column.type === "numeric" ? Number(column.decimal === "," ? text.replace(",", ".") : text) : NaN;
    return [column.name, Number.isFinite(value) ? value : text];
  }));
  return JSON.stringify({ row, score: Number(float32Text(score)), probability: Number(float32Text(probability)),
    label: score > threshold ? 1 : 0, severity: severityName(severityRank(score, probability, threshold)),
    mark: mark?.verdict ?? null, note: mark?.note ?? null, values: record });
}
