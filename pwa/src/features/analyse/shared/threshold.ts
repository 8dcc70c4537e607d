/** @file Arithmetic of the threshold over the sorted scores: what the histogram and its handle show. */

/** How many of the sorted scores (small to large) are above the threshold. */
export function countAbove(sorted: Float32Array, threshold: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((sorted[middle] ?? 0) > threshold) high = middle;
    else low = middle + 1;
  }
  return sorted.length - low;
}

export interface Histogram {
  readonly min: number;
  readonly max: number;
  readonly counts: readonly number[];
}

/** Counts in `bins` equal parts of the range; each part has its upper edge, the first its lower one too. */
export function histogram(sorted: Float32Array, bins: number): Histogram {
  const min = sorted[0] ?? 0;
  const max = sorted[sorted.length - 1] ?? 0;
  if (!(max > min)) return { min, max, counts: [sorted.length] };
  const counts: number[] = [];
  let above = sorted.length;
  for (let bin = 1; bin <= bins; ++bin) {
    const rest = bin === bins ? 0 : countAbove(sorted, min + ((max - min) * bin) / bins);
    counts.push(above - rest);
    above = rest;
  }
  return { min, max, counts };
}

/** The threshold that flags the `count` highest scores: halfway to the next one below. Equal scores stay together. */
export function thresholdFor(sorted: Float32Array, count: number): number {
  const length = sorted.length;
  if (length === 0) return 0;
  if (count <= 0) return sorted[length - 1] ?? 0;
  if (count >= length) return (sorted[0] ?? 0) - Math.max(1e-6, Math.abs(sorted[0] ?? 0) * 1e-6);
  const lowestFlagged = sorted[length - count] ?? 0;
  const below = sorted[length - count - 1] ?? 0;
  const middle = (lowestFlagged + below) / 2;
  return middle < lowestFlagged ? middle : below;
}

/** One step of the keyboard: that many more or fewer rows flagged, past rows with equal scores. */
export function step(sorted: Float32Array, threshold: number, rows: number): number {
  const now = countAbove(sorted, threshold);
  let wanted = Math.min(sorted.length, Math.max(0, now + rows));
  let next = thresholdFor(sorted, wanted);
  while (countAbove(sorted, next) === now && wanted > 0 && wanted < sorted.length) {
    wanted += Math.sign(rows);
    next = thresholdFor(sorted, wanted);
  }
  return next;
}

/** Height of a bar from 0 to 1: by square root, so that a few anomalies are seen beside many ordinary rows. */
export const barHeight = (count: number, largest: number): number => (largest > 0 ? Math.sqrt(count / largest) : 0);
