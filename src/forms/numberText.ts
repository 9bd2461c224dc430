/** Numbers as text, so that a number is sent exactly as it was typed or refused by name. */

const JSON_NUMBER = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/;
const INTEGER_DIGITS = /^-?\d+$/;
const LONGEST_NUMBER = 1100;

export type NumberParse =
  | { readonly ok: true; readonly value: number }
  | { readonly ok: false; readonly message: string };

/** Reads a JSON number (RFC 8259 section 6). `integer` refuses fractions; white space around it is dropped. */
export function parseNumberText(text: string, kind: 'integer' | 'number'): NumberParse {
  const trimmed = text.trim();
  if (trimmed.length > LONGEST_NUMBER) return refuse('This number is too long.');
  if (!JSON_NUMBER.test(trimmed)) {
    return refuse(kind === 'integer' ? 'Enter a whole number, such as 42.' : 'Enter a number, such as 4.2 or 1e6.');
  }
  const value = Number(trimmed);
  if (!Number.isFinite(value)) return refuse(`${shorten(trimmed)} is larger than any number JSON readers keep.`);
  if (INTEGER_DIGITS.test(trimmed) && !Number.isSafeInteger(value)) {
    return refuse(`${shorten(trimmed)} is beyond 2^53 and would not arrive as typed.`);
  }
  if (!sameDecimal(trimmed, String(value))) {
    return refuse(`${shorten(trimmed)} would arrive as ${String(value)}: it has more digits than a JSON number keeps.`);
  }
  if (Object.is(value, -0)) return refuse(`${shorten(trimmed)} would arrive as 0.`);
  if (kind === 'integer' && !Number.isInteger(value)) return refuse('Enter a whole number, without a fraction.');
  return { ok: true, value };
}

/** Text that `parseNumberText` reads back as exactly this finite number, or refuses: `-0`. */
export function numberText(value: number): string {
  if (Object.is(value, -0)) return '-0';
  const text = String(value);
  return INTEGER_DIGITS.test(text) && !Number.isSafeInteger(value) ? value.toExponential() : text;
}

function refuse(message: string): NumberParse {
  return { ok: false, message };
}

function shorten(text: string): string {
  return text.length > 30 ? `${text.slice(0, 27)}…` : text;
}

function sameDecimal(left: string, right: string): boolean {
  const a = canonical(left);
  const b = canonical(right);
  return a.digits === b.digits && (a.digits === '' || a.exponent === b.exponent);
}

/** Significant digits without zeros at either end, and the power of ten of the last one. */
function canonical(text: string): { digits: string; exponent: number } {
  const [mantissa = '', power = '0'] = text.toLowerCase().replace(/^-/, '').split('e');
  const [whole = '', fraction = ''] = mantissa.split('.');
  const all = `${whole}${fraction}`.replace(/^0+/, '');
  const digits = all.replace(/0+$/, '');
  return { digits, exponent: Number(power) - fraction.length + (all.length - digits.length) };
}
