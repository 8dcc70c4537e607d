// The one engine of the page. It is started when first needed; an abort ends its worker and the package starts another.
import type { Detector } from "outpost-wasm";
import type { WorkerOutpost } from "outpost-wasm/worker";

let starting: Promise<WorkerOutpost> | undefined;
let registry: Promise<Detector[]> | undefined;

async function start(): Promise<WorkerOutpost> {
  const { createWorker } = await import("outpost-wasm/worker");
  return createWorker({
    threads: false,
    worker: () => new Worker(new URL("../worker/engine-worker.ts", import.meta.url), { type: "module", name: "outpost-engine" }),
  });
}

export function engine(): Promise<WorkerOutpost> {
  starting ??= start().catch((error: unknown) => {
    starting = undefined;
    throw error;
  });
  return starting;
}

/** What the registry knows; the first is the default. */
export function detectors(): Promise<Detector[]> {
  registry ??= engine().then((outpost) => outpost.detectors()).catch((error: unknown) => {
    registry = undefined;
    throw error;
  });
  return registry;
}
