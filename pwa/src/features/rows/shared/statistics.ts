import type { ColumnStatistics } from "./types";

function median(sorted: Float64Array): number {
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? NaN) + upper) / 2;
}

/** Median and robust spread of the finite values; null where there are none. */
export function statisticsOf(values: Float64Array): ColumnStatistics | null {
  const finite = values.filter((value) => Number.isFinite(value)).sort();
  if (finite.length === 0) return null;
  const centre = median(finite);
  let sum = 0;
  for (let i = 0; i < finite.length; ++i) {
    const deviation = Math.abs((finite[i] ?? 0) - centre);
    finite[i] = deviation;
    sum += deviation;
  }
  const mad = median(finite.sort());
  // More than half of the values are the same: the mean deviation still tells near from far.
  return { median: centre, spread: mad > 0 ? 1.4826 * mad : 1.2533 * (sum / finite.length) };
}

/** How many robust standard deviations a value lies from the median; 0 where nothing varies and it does not either. */
export function deviation(value: number, { median: centre, spread }: ColumnStatistics): number {
  const distance = value - centre;
  if (distance === 0 || !Number.isFinite(distance)) return distance === 0 ? 0 : NaN;
  return spread > 0 ? distance / spread : Infinity * Math.sign(distance);
}
