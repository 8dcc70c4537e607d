// Errors: one class, a closed list of codes.

/** What went wrong (code, message) and what to do about it (hint, may be empty). */
export class OutpostError extends Error {
  constructor(code, message, hint = "", options = undefined) {
    super(message, options);
    this.name = "OutpostError";
    this.code = code;
    this.hint = hint;
  }
}

/** Plain data for postMessage, which drops the class and the properties of an Error. */
export function toPlain(error) {
  if (error instanceof OutpostError) return { code: error.code, message: error.message, hint: error.hint };
  return { code: "internal", message: String(error?.message ?? error), hint: "" };
}

export function fromPlain({ code, message, hint }) {
  return new OutpostError(code, message, hint);
}

export function invalid(message, hint = "") {
  return new OutpostError("invalid_argument", message, hint);
}

/** The error for a signal that was aborted; its reason is kept as the cause. */
export function cancelled(signal) {
  return new OutpostError("cancelled", "The call was cancelled", "", { cause: signal?.reason });
}

export function throwIfAborted(signal) {
  if (signal?.aborted) throw cancelled(signal);
}
