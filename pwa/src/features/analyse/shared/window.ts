/** @file Which rows of a long table are in view. Browsers end an element at some 17 million pixels. */

export const maxScrollPixels = 15_000_000;

export interface Viewport {
  readonly rows: number;
  readonly rowPixels: number;
  readonly viewPixels: number;
}

export const scrollHeight = ({ rows, rowPixels }: Viewport): number => Math.min(rows * rowPixels, maxScrollPixels);

/** The first row in view (with a fraction) for a scroll position; taller tables are scrolled proportionally. */
export function firstRow(viewport: Viewport, scrollTop: number): number {
  const { rows, rowPixels, viewPixels } = viewport;
  const range = scrollHeight(viewport) - viewPixels;
  if (range <= 0) return 0;
  return (Math.min(scrollTop, range) / range) * (rows - viewPixels / rowPixels);
}

/** Where to scroll so that `row` is the first in view. */
export function scrollFor(viewport: Viewport, row: number): number {
  const { rows, rowPixels, viewPixels } = viewport;
  const hidden = rows - viewPixels / rowPixels;
  if (hidden <= 0) return 0;
  return (Math.min(Math.max(row, 0), hidden) / hidden) * (scrollHeight(viewport) - viewPixels);
}
