import type { Bytes } from "../shared/csv";

const wholeBytes = 96 << 20; // up to here a file is kept in memory: single rows are read often
const pieceBytes = 4 << 20;

/** A file, read synchronously: this is a worker. One piece of a large file is held at a time. */
export function bytesOf(file: Blob): Bytes {
  const reader = new FileReaderSync();
  const load = (begin: number, end: number): Uint8Array => new Uint8Array(reader.readAsArrayBuffer(file.slice(begin, end)));
  if (file.size <= wholeBytes) {
    const all = load(0, file.size);
    return { size: all.length, read: (offset, length) => all.subarray(offset, offset + length) };
  }
  let begin = 0;
  let piece: Uint8Array = new Uint8Array(0);
  return {
    size: file.size,
    read(offset, length) {
      if (offset >= begin && offset + length <= begin + piece.length) {
        return piece.subarray(offset - begin, offset - begin + length);
      }
      // A single row is fetched alone; whoever reads on and on gets large pieces.
      const part = load(offset, offset + length);
      if (length >= pieceBytes / 2) {
        begin = offset;
        piece = part;
      }
      return part;
    },
  };
}
