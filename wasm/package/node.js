// Files in Node.js, read a piece at a time.
import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import { basename } from "node:path";
import { OutpostError } from "./lib/errors.js";

/** A source for loadTable(). The file stays open until close(). */
export function fileSource(path) {
  let file;
  try {
    file = openSync(path, "r");
  } catch (error) {
    const code = error.code === "ENOENT" ? "not_found" : "io_error";
    throw new OutpostError(code, `${path} could not be opened: ${error.message}`, "", { cause: error });
  }
  return {
    name: basename(String(path)),
    size: fstatSync(file).size,
    read(offset, length) {
      const bytes = new Uint8Array(length);
      return bytes.subarray(0, readSync(file, bytes, 0, length, offset));
    },
    close() {
      if (file !== undefined) closeSync(file);
      file = undefined;
    },
  };
}
