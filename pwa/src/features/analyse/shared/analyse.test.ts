import { describe, expect, it } from "vitest";
import { filterRows } from "../../rows/shared/select";
import { checkField, parametersOf } from "./parameters";
import { progressMeter } from "./progress";
import { countAbove, histogram, step, thresholdFor } from "./threshold";
import { firstRow, maxScrollPixels, scrollFor, scrollHeight } from "./window";

const sorted = Float32Array.of(0.1, 0.2, 0.2, 0.4, 0.9);

describe("threshold", () => {
  it("counts what is above it, not what equals it", () => {
    expect([0, 0.1, Math.fround(0.2), 0.3, 0.9, 1].map((t) => countAbove(sorted, Math.fround(t)))).toEqual([5, 4, 2, 2, 0, 0]);
    expect(countAbove(new Float32Array(0), 0)).toBe(0);
  });
  it("flags as many rows as asked for; equal scores stay together", () => {
    for (const count of [0, 1, 2, 4, 5]) expect(countAbove(sorted, thresholdFor(sorted, count))).toBe(count);
    expect(countAbove(sorted, thresholdFor(sorted, 3))).toBe(2);
  });
  it("moves by a row with each key, past rows of equal score, to both ends", () => {
    let threshold = thresholdFor(sorted, 0);
    const seen = [0];
    for (let i = 0; i < 5; ++i) {
      threshold = step(sorted, threshold, 1);
      seen.push(countAbove(sorted, threshold));
    }
    expect(seen).toEqual([0, 1, 2, 4, 5, 5]);
    expect(countAbove(sorted, step(sorted, thresholdFor(sorted, 4), -1))).toBe(2);
  });
  it("counts every score in exactly one bin", () => {
    const { counts, min, max } = histogram(sorted, 8);
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(5);
    expect([min, max]).toEqual([Math.fround(0.1), Math.fround(0.9)]);
    expect(counts[7]).toBe(1);
    expect(histogram(Float32Array.of(1, 1, 1), 8).counts).toEqual([3]);
  });
});

describe("the window on a long table", () => {
  const view = { rows: 1_000_000, rowPixels: 36, viewPixels: 500 };
  it("reaches the first and the last row within what a browser can scroll", () => {
    expect(scrollHeight(view)).toBe(maxScrollPixels);
    expect(firstRow(view, 0)).toBe(0);
    expect(firstRow(view, maxScrollPixels - 500)).toBeCloseTo(1_000_000 - 500 / 36, 6);
    for (const row of [0, 1, 5000, 999_980]) expect(firstRow(view, scrollFor(view, row))).toBeCloseTo(row, 3);
  });
  it("does not scroll what fits", () => {
    expect(firstRow({ ...view, rows: 5 }, 100)).toBe(0);
    expect(scrollFor({ ...view, rows: 5 }, 3)).toBe(0);
  });
});

describe("filters", () => {
  const scored = { scores: Float32Array.of(0.1, 0.9, 0.8, 0.6), probabilities: Float32Array.of(0.2, 0.99, 0.9, 0.6) };
  const query = { sort: "score", descending: true, search: "", onlyAnomalies: false, minSeverity: 0, threshold: 0.5, only: null } as const;
  const order = Uint32Array.of(1, 2, 3, 0);
  it("keep the order and combine", () => {
    expect([...filterRows(order, query, scored, null)]).toEqual([1, 2, 3, 0]);
    expect([...filterRows(order, { ...query, onlyAnomalies: true }, scored, null)]).toEqual([1, 2, 3]);
    expect([...filterRows(order, { ...query, minSeverity: 3 }, scored, null)]).toEqual([1, 2]);
    expect([...filterRows(order, { ...query, only: [0, 3] }, scored, Uint8Array.of(1, 1, 1, 0))]).toEqual([0]);
  });
});

describe("parameters", () => {
  const trees = { name: "n", type: "integer", default: 100, min: 1, max: 10, meaning: "" } as const;
  it("are read as the registry describes them", () => {
    expect(["5", "x", "1.5", "0", "11", ""].map((text) => checkField(trees, text))).toEqual([
      { value: 5 }, { problem: "number" }, { problem: "integer" }, { problem: "min" }, { problem: "max" }, { problem: "number" }]);
  });
  it("are sent only where they differ from the default", () => {
    const detector = { name: "d", id: "d.v1", title: "", family: "", summary: "", goodAt: "", badAt: "", cost: "", reference: "",
      scaling: "none", online: false, determinism: "exact" as const, minRows: 1, parameters: [trees] };
    expect(parametersOf(detector, { n: "100" })).toBeNull(); // beyond the maximum
    expect(parametersOf(detector, { n: "7" })).toEqual({ n: 7 });
    expect(parametersOf({ ...detector, parameters: [{ ...trees, max: 1000 }] }, {})).toEqual({});
  });
});

describe("progress", () => {
  it("tells the time left from the pace of the phase", () => {
    let now = 0;
    const meter = progressMeter(() => now);
    expect(meter({ phase: "fitting", done: 0, total: 100 })).toEqual({ phase: "fitting", share: 0, secondsLeft: null });
    now = 2000;
    expect(meter({ phase: "fitting", done: 20, total: 100 }).secondsLeft).toBeCloseTo(8);
    expect(meter({ phase: "scoring", done: 5, total: 0 })).toEqual({ phase: "scoring", share: null, secondsLeft: null });
  });
});
