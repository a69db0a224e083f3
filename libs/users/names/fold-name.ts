const ASCII = /^\p{ASCII}*$/u;

/**
 * The form in which two names are compared: Unicode NFC and simple case folding, nothing else. Accents and trailing
 * spaces count (design section 3). No other mapping: full folding would make `straße` and `strasse` one person.
 *
 * @see https://www.unicode.org/Public/UCD/latest/ucd/CaseFolding.txt status C and S
 */
export function foldName(name: string): string {
  if (ASCII.test(name)) return name.toLowerCase(); // most names are, and an export has many
  return Array.from(name.normalize('NFC'), foldCodePoint).join('');
}

export const namesEqual = (one: string, other: string) => foldName(one) === foldName(other);

const folded = new Map<string, string>();

/**
 * ECMAScript compares by simple case folding under the flags `i` and `u` (ECMA-262, Canonicalize): it is asked whether
 * a lower-case form is the same letter, because lower-casing alone also knows mappings that are none (`İ`).
 */
function foldCodePoint(char: string): string {
  const known = folded.get(char);
  if (known !== undefined) return known;
  const same = new RegExp(`^${escaped(char)}$`, 'iu');
  // The one simple folding that no change of case leads to (CaseFolding.txt: FB05; S; FB06).
  const candidates = ['\uFB06', char.toUpperCase().toLowerCase(), char.toLowerCase()];
  const fold = candidates.find((candidate) => [...candidate].length === 1 && same.test(candidate)) ?? char;
  folded.set(char, fold);
  return fold;
}

const escaped = (char: string) => `\\u{${(char.codePointAt(0) ?? 0).toString(16)}}`;
