// The rows that the page shows are those that the engine scored: both read the same awkward files.
import { createOutpost } from "outpost-wasm";
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { CsvRows } from "./csv-rows";
import { JsonRows } from "./json-rows";
import type { RowSource } from "./row-source";
import type { TableShape } from "./types";

const outpost = await createOutpost({ threads: false });

async function openBoth(text: string | Uint8Array, name: string): Promise<{ source: RowSource; shape: TableShape }> {
  const content = typeof text === "string" ? new TextEncoder().encode(text) : text;
  const table = await outpost.loadTable(content, { name, raggedRows: "fill" });
  const { format, delimiter, header } = table.facts;
  const shape: TableShape = { format, delimiter, header, rows: table.rows,
    columns: table.columns.map((column) => ({ name: column.name, type: column.type, decimal: column.decimal })) };
  const bytes = { size: content.length, read: (offset: number, length: number) => content.subarray(offset, offset + length) };
  const source = format === "csv" ? new CsvRows(bytes, shape) : new JsonRows(bytes, shape);
  expect(source.rows).toBe(table.rows);
  // What the engine found out about each column of numbers is what the rows hold.
  table.columns.forEach((column, i) => {
    if (column.type !== "numeric") return;
    const values = [...(source.numbers([i])[0] ?? [])].filter(Number.isFinite);
    expect(Math.min(...values)).toBe(column.profile.min);
    expect(Math.max(...values)).toBe(column.profile.max);
    expect(values.reduce((sum, value) => sum + value, 0) / values.length).toBeCloseTo(column.profile.mean, 6);
  });
  return { source, shape };
}

describe("rows of a file", () => {
  it("reads quotes, line ends within cells, blank lines and CRLF as the engine does", async () => {
    const { source } = await openBoth('a,b,c\r\n1,"x, ""y""\r\nz",2\r\n\r\n  \r\n3,plain,4\r\n-5.5,"",1e3', "quotes.csv");
    expect(source.cells(0)).toEqual(["1", 'x, "y"\r\nz', "2"]);
    expect(source.cells(2)).toEqual(["-5.5", "", "1e3"]);
    expect([...(source.numbers([2])[0] ?? [])]).toEqual([2, 4, 1000]);
  });
  it("reads a byte order mark, semicolons, decimal commas and lone CR", async () => {
    const { source, shape } = await openBoth("\uFEFFwert;name\r1,5;ä\r-0,25;b\r7;c\r", "german.csv");
    expect(shape.delimiter).toBe(";");
    expect([...(source.numbers([0])[0] ?? [])]).toEqual([1.5, -0.25, 7]);
    expect(source.texts(1)).toEqual(["ä", "b", "c"]);
  });
  it("fills short rows, cuts long ones, and takes bytes that are not UTF-8 as Latin-1", async () => {
    const latin = Uint8Array.from(Buffer.from("a\tb\n1\tm\xfcde\n2\n3\tx\ty\n", "latin1"));
    const { source } = await openBoth(latin, "ragged.tsv");
    expect([0, 1, 2].map((row) => source.cells(row))).toEqual([["1", "müde"], ["2", ""], ["3", "x"]]);
  });
  it("has no header where the first row holds numbers", async () => {
    const { source } = await openBoth("1,2\n3,4\n5,6\n", "bare.csv");
    expect(source.cells(0)).toEqual(["1", "2"]);
  });
  it("reads one record a line, records in records and arrays", async () => {
    const { source, shape } = await openBoth('{"a":1,"in":{"x":2.5}}\n\n{"a":2,"in":{"x":null},"t":1}\n{"in":{"x":4},"a":3}\n', "r.ndjson");
    expect(shape.columns.slice(0, 2).map((column) => column.name)).toEqual(["a", "in.x"]);
    expect(source.cells(1).slice(0, 2)).toEqual(["2", ""]);
    const array = await openBoth('[{"a":1,"b":"x"},{"a":2,"b":"y"}]', "r.json");
    expect(array.source.cells(1)).toEqual(["2", "y"]);
    const columns = await openBoth('{"a":[1,2,3],"b":[4,5,6]}', "columns.json");
    expect(columns.source.cells(2)).toEqual(["3", "6"]);
    const nested = await openBoth('{"meta":1,"rows":[{"a":1},{"a":9}]}', "nested.json");
    expect(nested.source.cells(1)).toEqual(["9"]);
  });
  it("finds text in any case, in rows with and without letters beyond ASCII", async () => {
    const { source } = await openBoth("n,t\n1,Alpha\n2,beta\n3,ALPHABET\n4,Größe\n", "search.csv");
    expect([...source.containing("alpha")]).toEqual([1, 0, 1, 0]);
    expect([...source.containing("GRÖSSE")]).toEqual([0, 0, 0, 0]);
    expect([...source.containing("grö")]).toEqual([0, 0, 0, 1]);
    const plain = await openBoth("n,t\n1,aa\n2,b\n3,aa\n", "ascii.csv");
    expect([...plain.source.containing("AA")]).toEqual([1, 0, 1]);
  });
  it("agrees with the engine on the sample", async () => {
    const { source } = await openBoth(readFileSync(new URL("../../../../../models/samples/host-metrics.csv", import.meta.url)), "host-metrics.csv");
    expect(source.rows).toBe(2513);
  });
});
