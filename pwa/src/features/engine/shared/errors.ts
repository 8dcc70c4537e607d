/** An error as plain data, as it crosses from workers: what went wrong and what to do about it (may be empty). */
export interface PlainError {
  readonly code: string;
  readonly message: string;
  readonly hint: string;
}

function isPlain(value: unknown): value is PlainError {
  return typeof value === "object" && value !== null && "code" in value && typeof value.code === "string" &&
    "message" in value && typeof value.message === "string";
}

export function toPlain(error: unknown): PlainError {
  if (isPlain(error)) {
    return { code: error.code, message: error.message, hint: typeof error.hint === "string" ? error.hint : "" };
  }
  return { code: "internal", message: error instanceof Error ? error.message : String(error), hint: "" };
}

export const isCancelled = (error: PlainError): boolean => error.code === "cancelled";
