// Where a table's bytes come from: anything that can be read again, a piece at a time.
import { OutpostError, invalid } from "./errors.js";

const pieceBytes = 4 << 20; // of a Blob: each reading has a cost of its own
// Without a synchronous reader a Blob has to be in memory whole; a larger one belongs in the worker.
export const maxBlobBytesInMemory = 256 << 20;

/** Bytes in memory. */
function bytesReader(bytes) {
  return { size: bytes.length, read: (offset, length) => bytes.subarray(offset, offset + length) };
}

/** A Blob in a worker, where it can be read synchronously: one piece is held at a time. */
function blobReader(blob) {
  const reader = new FileReaderSync();
  let begin = 0;
  let piece = new Uint8Array(0);
  return {
    size: blob.size,
    read(offset, length) {
      if (offset < begin || offset >= begin + piece.length) {
        piece = new Uint8Array(reader.readAsArrayBuffer(blob.slice(offset, offset + Math.max(length, pieceBytes))));
        begin = offset;
      }
      return piece.subarray(offset - begin, offset - begin + length);
    },
  };
}

async function wholeBlob(blob) {
  if (blob.size > maxBlobBytesInMemory) {
    throw new OutpostError("out_of_memory",
      `${blob.name ?? "The data"} has ${Math.round(blob.size / (1 << 20))} MB: more than ${maxBlobBytesInMemory >> 20} MB ` +
        "cannot be read on this thread",
      "use the worker (outpost-wasm/worker), which reads files a piece at a time");
  }
  try {
    return new Uint8Array(await blob.arrayBuffer());
  } catch (error) {
    throw new OutpostError("io_error", `${blob.name ?? "The data"} could not be read: ${error.message}`,
      "choose the file again: it may have changed", { cause: error });
  }
}

/** {name, size, read(offset, length): Uint8Array} of a string, bytes, a Blob, or an object of that form. */
export async function openSource(input, name) {
  const label = name ?? (typeof input?.name === "string" && input.name ? input.name : "data");
  if (typeof input === "string") return { name: label, ...bytesReader(new TextEncoder().encode(input)) };
  if (input instanceof Uint8Array) return { name: label, ...bytesReader(input) };
  if (input instanceof ArrayBuffer) return { name: label, ...bytesReader(new Uint8Array(input)) };
  if (typeof Blob === "function" && input instanceof Blob) {
    if (typeof FileReaderSync === "function") return { name: label, ...blobReader(input) };
    return { name: label, ...bytesReader(await wholeBlob(input)) };
  }
  if (typeof input?.read === "function" && Number.isSafeInteger(input.size)) {
    return { name: label, size: input.size, read: (offset, length) => input.read(offset, length) };
  }
  throw invalid("a table is read from a string, a Uint8Array, an ArrayBuffer, a Blob or File, or {size, read}");
}
