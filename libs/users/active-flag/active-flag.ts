/** Values of a column that say yes or no, as `{column, true: [...], false: [...]}` maps them. */
export interface FlagMapping {
  true: readonly (string | number)[];
  false: readonly (string | number)[];
}

/** Opposites that applications write. Case does not count, nor do the blanks or NULs that fill a column up. */
export const OPPOSITES = [
  ['y', 'n'],
  ['yes', 'no'],
  ['t', 'f'],
  ['true', 'false'],
  ['on', 'off'],
  ['active', 'inactive'],
  ['enabled', 'disabled'],
] as const;

const USUAL: FlagMapping = {
  true: [1, ...OPPOSITES.map(([yes]) => yes)],
  false: [0, ...OPPOSITES.map(([, no]) => no)],
};

/**
 * What a stored `is_active` says, whatever type the column has: a number, a bit, a text, an ENUM, a DECIMAL (a text in
 * JavaScript), or bytes. JavaScript's own idea of true is asked nowhere: to it every text and every byte is.
 *
 * @returns `null` for NULL, and for a value that says neither: nobody is let in by that
 */
export function flagOf(stored: unknown, mapping: FlagMapping = USUAL): boolean | null {
  const value = plainOf(stored);
  if (value === null) return null;
  const says = (values: readonly (string | number)[]) => values.some((known) => plainOf(known) === value);
  if (says(mapping.true)) return says(mapping.false) ? null : true;
  return says(mapping.false) ? false : null;
}

/** Whether a row's `is_active` says so. */
export const isActive = (stored: unknown) => flagOf(stored) === true;

/** A number, or a text in lower case; `null` for what is neither. */
function plainOf(stored: unknown): string | number | null {
  switch (typeof stored) {
    case 'number':
      return stored;
    case 'bigint':
    case 'boolean':
      return Number(stored);
    case 'string':
      return plainText(stored.replace(/ +$/, ''));
    case 'object':
      return stored instanceof Uint8Array ? plainBytes(Buffer.from(stored)) : null;
    default:
      return null;
  }
}

function plainText(text: string): string | number {
  return /^\d{1,15}(\.0+)?$/.test(text)
    ? Number(text)
    : text.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
}

/** BINARY is filled up with NULs, a number in bytes begins with them; one byte is a number, or its sign. */
function plainBytes(bytes: Buffer): string | number {
  if (bytes.every((byte) => byte === 0)) return bytes.length === 0 ? '' : 0;
  if (/^(00)*01$|^01(00)*$/.test(bytes.toString('hex'))) return 1;
  return plainText(bytes.toString('latin1').replace(/\0+$/, '').replace(/ +$/, ''));
}
