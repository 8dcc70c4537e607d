// Starts a worker in a browser or in Node.js, and notices when it is gone.
import { isNode } from "./module.js";

/** {post, stop, busy}; `onGone(reason)` is called once when it ends without being stopped. */
export async function spawn(create, onMessage, onGone) {
  let open = true;
  const gone = (reason) => {
    if (!open) return;
    open = false;
    worker.terminate();
    onGone(reason);
  };
  const worker = create ? create() : isNode
    ? new (await import("./node-threads.js")).WebWorker(new URL("./worker-main.js", import.meta.url))
    : new Worker(new URL("./worker-main.js", import.meta.url), { type: "module" });
  worker.onerror = (event) => {
    event.preventDefault?.();
    gone(event.message || "its script could not be loaded");
  };
  worker.onmessageerror = () => gone("a message could not be read");
  worker.onexit = () => gone("it ended");
  const away = new AbortController();
  worker.onmessage = ({ data }) => {
    if (!open) return;
    if (data.locked) watch(lock, away.signal, gone);
    else onMessage(data);
  };
  // A worker that closes itself or is ended by the browser sends no event, but its locks become free.
  const lock = !isNode && globalThis.navigator?.locks && `outpost-${crypto.randomUUID()}`;
  if (lock) worker.postMessage({ lock });
  return {
    post: (message, transfer) => worker.postMessage(message, transfer),
    busy: (working) => worker.keepAlive?.(working),
    stop() {
      open = false;
      away.abort();
      worker.terminate();
    },
  };
}

function watch(lock, signal, gone) {
  navigator.locks.request(lock, { signal }, () => gone("it ended")).catch(() => {});
}
