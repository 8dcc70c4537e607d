import type { PlainError } from "./errors";

/** The promise, or a rejection as soon as the signal is aborted: a worker that was ended never answers. */
export function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = (): void => reject({ code: "cancelled", message: "The call was cancelled", hint: "" } satisfies PlainError);
    if (signal.aborted) return abort();
    signal.addEventListener("abort", abort, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener("abort", abort));
  });
}
