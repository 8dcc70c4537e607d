import { severityRank } from "./severity";
import type { Query } from "./types";

export interface Scored {
  readonly scores: Float32Array;
  readonly probabilities: Float32Array;
}

/** The rows of `order` that the query lets through, in that order. `found`: rows with the text searched for. */
export function filterRows(order: Uint32Array, query: Query, scored: Scored | null, found: Uint8Array | null): Uint32Array {
  const only = query.only === null ? null : new Set(query.only);
  const wanted = Math.max(query.minSeverity, query.onlyAnomalies ? 1 : 0);
  if (!found && !only && wanted === 0) return order;
  const out = new Uint32Array(order.length);
  let count = 0;
  for (const row of order) {
    if (only && !only.has(row)) continue;
    if (found && found[row] !== 1) continue;
    if (wanted > 0 && scored &&
      severityRank(scored.scores[row] ?? 0, scored.probabilities[row] ?? 0, query.threshold) < wanted) continue;
    out[count++] = row;
  }
  return out.slice(0, count);
}
