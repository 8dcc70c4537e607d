// The page's end of the worker that reads rows.
import { type Remote, wrap } from "comlink";
import type { RowsService } from "../shared/service";

let worker: Worker | undefined;
let service: Remote<RowsService> | undefined;

export function rows(): Remote<RowsService> {
  if (!service) {
    worker = new Worker(new URL("../worker/rows-worker.ts", import.meta.url), { type: "module", name: "outpost-rows" });
    service = wrap<RowsService>(worker);
  }
  return service;
}

/** Ends whatever it does; the next call starts another, which has no file open. */
export function stopRows(): void {
  worker?.terminate();
  worker = undefined;
  service = undefined;
}
