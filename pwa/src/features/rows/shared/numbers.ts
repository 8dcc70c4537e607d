const zero = 48;
const powers = Array.from({ length: 23 }, (_, i) => 10 ** i);

/**
 * A decimal number in bytes[begin, end): the everyday form without a detour through a string, anything else by Number.
 * NaN for what is no number. `mark` is the decimal mark's byte.
 */
export function parseNumber(bytes: Uint8Array, begin: number, end: number, mark: number): number {
  while (begin < end && (bytes[begin] === 32 || bytes[begin] === 9)) begin += 1;
  while (end > begin && (bytes[end - 1] === 32 || bytes[end - 1] === 9)) end -= 1;
  let at = begin;
  const negative = bytes[at] === 45;
  if (negative || bytes[at] === 43) at += 1;
  let digits = 0;
  let mantissa = 0;
  let decimals = -1;
  for (; at < end; ++at) {
    const byte = bytes[at] ?? 0;
    if (byte >= zero && byte <= zero + 9) {
      mantissa = mantissa * 10 + byte - zero;
      digits += 1;
      if (decimals >= 0) decimals += 1;
    } else if (byte === mark && decimals < 0) {
      decimals = 0;
    } else {
      return slowNumber(bytes, begin, end, mark);
    }
  }
  if (digits === 0) return NaN;
  // Both are exact in this range, so one division rounds once, as Number would.
  if (digits > 15 || decimals > 22) return slowNumber(bytes, begin, end, mark);
  const value = decimals > 0 ? mantissa / (powers[decimals] ?? 1) : mantissa;
  return negative ? -value : value;
}

function slowNumber(bytes: Uint8Array, begin: number, end: number, mark: number): number {
  let text = String.fromCharCode(...bytes.subarray(begin, Math.min(end, begin + 400)));
  if (mark === 44) text = text.replace(",", ".");
  return numberOf(text);
}

/** As the core reads it: no hexadecimal, infinities by name. */
export function numberOf(text: string): number {
  const trimmed = text.trim();
  if (/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(trimmed)) return Number(trimmed);
  const infinite = /^([+-]?)inf(inity)?$/i.exec(trimmed);
  return infinite ? (infinite[1] === "-" ? -Infinity : Infinity) : NaN;
}
