import { describe, expect, it } from "vitest";
import { addedNames, csvCell, csvRow, float32Text, harmless, jsonRow } from "./export";
import { numberOf, parseNumber } from "./numbers";
import { severityRank, severityScores } from "./severity";
import { deviation, statisticsOf } from "./statistics";

const outcome = { row: 4, score: Math.fround(0.7), probability: Math.fround(0.96), threshold: 0.5,
  mark: { verdict: "normal", note: "=cmd" } } as const;

describe("export", () => {
  it("neutralises what a spreadsheet would run and leaves numbers alone", () => {
    for (const evil of ["=1+1", "+cmd|x", "-2+3", "@SUM(A1)", "\t=1", " =1", "\r=1", "＝1"]) expect(harmless(evil)).toBe(`'${evil}`);
    for (const fine of ["-5", "+1.5e3", "-0,25", "a=b", "", "12-3"]) expect(harmless(fine)).toBe(fine);
  });
  it("quotes what CSV needs quoted", () => {
    expect(csvCell('a "b", c')).toBe('"a ""b"", c"');
    expect(csvCell("two\nlines")).toBe('"two\nlines"');
    expect(csvCell("plain")).toBe("plain");
    expect(csvRow(["1", "=x"], outcome)).toBe("1,'=x,4,0.7,0.96,1,critical,normal,'=cmd\r\n");
  });
  it("names its columns apart from those of the file", () => {
    expect(addedNames(["outpost_score"])[1]).toBe("outpost_score_2");
  });
  it("writes scores so that they read back as the same float32", () => {
    for (const value of [0.1, 1 / 3, 1e-30, 123456.789, 3.4e38, -0.0001234567].map(Math.fround)) {
      expect(Math.fround(Number(float32Text(value)))).toBe(value);
    }
    expect(float32Text(Math.fround(0.1))).toBe("0.1");
  });
  it("writes JSON with numbers as numbers and missing as null", () => {
    const columns = [{ name: "n", type: "numeric", decimal: "," }, { name: "t", type: "text", decimal: "." }] as const;
    expect(JSON.parse(jsonRow(["1,5", ""], columns, outcome))).toMatchObject(
      { row: 4, label: 1, severity: "critical", mark: "normal", values: { n: 1.5, t: null } });
  });
});

describe("numbers", () => {
  it("reads as the core does, fast and slow path alike", () => {
    const read = (text: string, mark = 46): number => {
      const bytes = new TextEncoder().encode(text);
      return parseNumber(bytes, 0, bytes.length, mark);
    };
    for (const text of ["0", "-0.1", " 12.5 ", "+3", ".5", "5.", "1e-7", "0.1234567890123456789", "123456789012345678"]) {
      expect(read(text)).toBe(Number(text));
    }
    expect(read("1,25", 44)).toBe(1.25);
    for (const text of ["", "-", ".", "1.2.3", "0x10", "1 2", "abc", "1,5"]) expect(read(text)).toBeNaN();
    expect(numberOf("-inf")).toBe(-Infinity);
  });
});

describe("statistics", () => {
  it("gives median and robust spread, also where most values are the same", () => {
    const usual = statisticsOf(Float64Array.of(1, 2, 3, 4, 100, NaN));
    expect(usual?.median).toBe(3);
    expect(usual?.spread).toBeCloseTo(1.4826);
    const flat = statisticsOf(Float64Array.of(0, 0, 0, 0, 10));
    expect(flat?.spread).toBeCloseTo(1.2533 * 2);
    expect(statisticsOf(Float64Array.of(NaN))).toBeNull();
  });
  it("says how far a value lies from the median", () => {
    expect(deviation(5, { median: 1, spread: 2 })).toBe(2);
    expect(deviation(1, { median: 1, spread: 0 })).toBe(0);
    expect(deviation(0, { median: 1, spread: 0 })).toBe(-Infinity);
    expect(deviation(NaN, { median: 1, spread: 1 })).toBeNaN();
  });
});

describe("severity", () => {
  it("cuts flagged rows by probability, in float32 as the core does", () => {
    const rank = (probability: number): number => severityRank(1, Math.fround(probability), 0.5);
    expect([0.69, 0.7, 0.85, 0.95].map(rank)).toEqual([1, 2, 3, 4]);
    expect(severityRank(0.5, 1, 0.5)).toBe(0);
  });
  it("finds the score at which each severity begins", () => {
    expect(severityScores(Float32Array.of(1, 2, 3, 4), Float32Array.of(0.5, 0.7, 0.9, 0.9))).toEqual([2, 3, Infinity]);
  });
});
