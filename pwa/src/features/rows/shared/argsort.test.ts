import { describe, expect, it } from "vitest";
import { argsort } from "./argsort";

/** The definition: compare, ties by index, NaN last. */
function plain(values: ArrayLike<number>, descending: boolean): number[] {
  return Array.from({ length: values.length }, (_, i) => i).sort((a, b) => {
    const [x, y] = [values[a] ?? NaN, values[b] ?? NaN];
    if (Number.isNaN(x) || Number.isNaN(y)) return Number(Number.isNaN(x)) - Number(Number.isNaN(y)) || a - b;
    return (descending ? y - x : x - y) || a - b || 0;
  });
}

function random(seed: number): () => number {
  let state = seed;
  return () => (state = (state * 1664525 + 1013904223) >>> 0) / 2 ** 32;
}

describe("argsort", () => {
  const awkward = [0, -0, 1, -1, NaN, 1e-40, -1e-40, 3.4e38, -3.4e38, 1, NaN, 0.1, 0.1, -5];
  for (const descending of [false, true]) {
    it(`orders zeros, denormals, equal and missing values, ${descending ? "falling" : "rising"}`, () => {
      expect([...argsort(Float32Array.from(awkward), descending)]).toEqual(plain(Float32Array.from(awkward), descending));
      expect([...argsort(Float64Array.from(awkward), descending)]).toEqual(plain(awkward, descending));
    });
    it(`agrees with a comparison sort on 5,000 values, ${descending ? "falling" : "rising"}`, () => {
      const next = random(7);
      const values = Float64Array.from({ length: 5000 }, () => (next() < 0.1 ? Math.round(next() * 5) : (next() - 0.5) * 10 ** (next() * 30 - 15)));
      expect([...argsort(values, descending)]).toEqual(plain(values, descending));
      const single = Float32Array.from(values);
      expect([...argsort(single, descending)]).toEqual(plain(single, descending));
    });
  }
  it("keeps infinities at the ends and does not change what it is given", () => {
    const values = Float64Array.of(1, Infinity, NaN, -Infinity);
    expect([...argsort(values)]).toEqual([3, 0, 1, 2]);
    expect([...values]).toEqual([1, Infinity, NaN, -Infinity]);
  });
});
