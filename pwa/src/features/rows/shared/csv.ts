/** @file Where the rows of a CSV file begin, and the cells of one: the same rules as the core's reader. */

export const enum Byte { tab = 9, lf = 10, cr = 13, space = 32, quote = 34 }

/** Bytes that can be read again, a piece at a time. */
export interface Bytes {
  readonly size: number;
  read(offset: number, length: number): Uint8Array;
}

const windowBytes = 4 << 20;
const enum In { start, plain, quoted, quoteEnd, afterQuote }

/** Grows as it is filled. Offsets are doubles: files are larger than 4 GB sometimes. */
class Offsets {
  #values = new Float64Array(1 << 12);
  #length = 0;

  push(value: number): void {
    if (this.#length === this.#values.length) {
      const grown = new Float64Array(this.#values.length * 2);
      grown.set(this.#values);
      this.#values = grown;
    }
    this.#values[this.#length++] = value;
  }

  /** With the end of the last row behind them. */
  finish(end: number): Float64Array {
    this.push(end);
    return this.#values.slice(0, this.#length);
  }
}

function afterByteOrderMark(bytes: Bytes): number {
  const head = bytes.read(0, 3);
  return head[0] === 0xef && head[1] === 0xbb && head[2] === 0xbf ? 3 : 0;
}

/** Where each row begins; one more at the end. Rows of blanks are no rows. `delimiter` null: lines, quotes mean nothing. */
export function rowStarts(bytes: Bytes, delimiter: number | null, header: boolean): Float64Array {
  const offsets = new Offsets();
  let state: In = In.start;
  let rowStart = afterByteOrderMark(bytes);
  let blank = true;
  let skip = header;
  let afterCr = false;
  const endRow = (next: number): void => {
    if (!blank) {
      if (skip) skip = false;
      else offsets.push(rowStart);
    }
    rowStart = next;
    blank = true;
    state = In.start;
  };
  for (let offset = rowStart; offset < bytes.size;) {
    const window = bytes.read(offset, windowBytes);
    if (window.length === 0) break;
    for (let i = 0; i < window.length; ++i) {
      const c = window[i] ?? 0;
      if (afterCr) {
        afterCr = false;
        if (c === Byte.lf) {
          rowStart = offset + i + 1;
          continue;
        }
      }
      if (state === In.quoted) {
        if (c === Byte.quote) state = In.quoteEnd;
      } else if (c === Byte.lf || c === Byte.cr) {
        endRow(offset + i + 1);
        afterCr = c === Byte.cr;
      } else if (c === delimiter) {
        state = In.start;
        blank = false;
      } else if (c === Byte.quote && delimiter !== null && (state === In.start || state === In.quoteEnd)) {
        state = In.quoted;
        blank = false;
      } else if (state === In.quoteEnd) {
        state = In.afterQuote;
      } else if (state === In.start || blank) {
        if (c !== Byte.space && c !== Byte.tab) blank = false;
        state = In.plain;
      }
    }
    offset += window.length;
  }
  endRow(bytes.size);
  return offsets.finish(bytes.size);
}

/** Visits the fields of the row in bytes[begin, end) as places in it; `escaped`: doubled quotes are within. */
export function eachField(
  bytes: Uint8Array, begin: number, end: number, delimiter: number,
  visit: (column: number, from: number, to: number, escaped: boolean) => void,
): void {
  let at = begin;
  for (let column = 0; ; ++column) {
    let from = at;
    let to;
    let escaped = false;
    if (bytes[at] === Byte.quote && at < end) {
      from = ++at;
      while (at < end && (bytes[at] !== Byte.quote || bytes[at + 1] === Byte.quote)) {
        if (bytes[at] === Byte.quote) {
          escaped = true;
          at += 1;
        }
        at += 1;
      }
      to = at;
      while (at < end && bytes[at] !== delimiter && bytes[at] !== Byte.lf && bytes[at] !== Byte.cr) at += 1;
    } else {
      while (at < end && bytes[at] !== delimiter && bytes[at] !== Byte.lf && bytes[at] !== Byte.cr) at += 1;
      to = at;
    }
    visit(column, from, to, escaped);
    if (at >= end || bytes[at] !== delimiter) return;
    at += 1;
  }
}

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** A cell's text; bytes that are not UTF-8 are read as Latin-1, as the core does. */
export function cellText(bytes: Uint8Array, from: number, to: number, escaped: boolean): string {
  const part = bytes.subarray(from, to);
  let text;
  try {
    text = utf8.decode(part);
  } catch {
    text = "";
    for (const byte of part) text += String.fromCharCode(byte);
  }
  return escaped ? text.replaceAll('""', '"') : text;
}
