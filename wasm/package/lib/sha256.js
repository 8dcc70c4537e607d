import { OutpostError } from "./errors.js";

/** SHA-256 of bytes, in hexadecimal, by WebCrypto. */
export async function sha256(bytes) {
  const subtle = globalThis.crypto?.subtle ?? (await nodeSubtle());
  if (!subtle) throw new OutpostError("unsupported", "WebCrypto is not available", "serve the page over https");
  const digest = new Uint8Array(await subtle.digest("SHA-256", bytes));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** Node.js 18 has WebCrypto without the global name. */
async function nodeSubtle() {
  if (typeof process !== "object" || !process.versions?.node) return undefined;
  return (await import("node:crypto")).webcrypto.subtle;
}
