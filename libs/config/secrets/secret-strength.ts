import { isUtf8 } from 'node:buffer';

/** Symbols that a text of each kind is drawn from, the narrowest kind first. */
const ALPHABETS: [RegExp, number][] = [
  [/^\d*$/, 10],
  [/^([\da-f]*|[\dA-F]*)$/, 16],
  [/^([a-z]*|[A-Z]*)$/, 26],
  [/^([\da-z]*|[\dA-Z]*)$/, 36],
  [/^[A-Za-z]*$/, 52],
  [/^[\dA-Za-z]*$/, 62],
  [/^[\w+/-]*={0,2}$/, 64],
  [/^[ -~]*$/, 95],
];

/** Stand for a secret in examples and guides, or are the first thing that somebody tries; as {@link plainLetters} writes. */
const PLACEHOLDERS =
  /changeme|changeit|change|secret|passwo?r?d|example|default|placeholder|replace|insert|production|development|cutover|token|admin|letmein|welcome|sample|dummy|please|1?qaz2?wsx\w*|qwerty\w*|asdfgh\w*|zxcvbn\w*/g;

/** Bits of one word out of some dozens. */
const PLACEHOLDER_BITS = 6;

/** Bits a letter of words: NIST SP 800-63-1, appendix A, for the second to the eighth character; later ones are worth less. */
const PROSE_BITS = 2;

/** RFC 9562 section 5.4: of its 128 bits six say what it is. */
const UUID = /^[\da-f]{8}-([\da-f]{4}-){3}[\da-f]{12}$/i;
const UUID_BITS = 122;

/** Symbols. Shorter repetitions come about by chance. */
const SHORTEST_REPETITION = 8;

/** Of the distinct symbols that chance would bring: fewer than this were chosen from fewer. */
const FEWEST_DISTINCT = 0.6;

/** Symbols that are looked at. Nothing that is strong needs more. */
const LONGEST = 512;

/**
 * The most that guessing a secret could cost, in bits: its length times its alphabet, less what repeats itself, goes up or
 * down in equal steps, consists of words, or is that under an encoding. It can prove a secret weak, and none strong: only
 * how it was made could.
 */
export function estimatedBits(text: string): number {
  if (UUID.test(text)) return UUID_BITS;
  const grouped = text.replace(/[-:. ]/g, ''); // as fingerprints are written
  const readings = [text, grouped].flatMap((one) => readingsOf(Buffer.from(one)));
  return Math.floor(Math.min(...readings.map(bitsOf)));
}

/** The bytes as they stand, and what they are the hexadecimal or base64 of, to the innermost. */
export function readingsOf(bytes: Buffer): Buffer[] {
  const inner = decoded(bytes);
  return inner === null ? [bytes] : [bytes, ...readingsOf(inner)];
}

/** Bytes; what is shorter is a word rather than something encoded. */
const SHORTEST_ENCODED = 8;

function decoded(bytes: Buffer): Buffer | null {
  const text = bytes.toString('latin1');
  const isHex = /^([\da-f]{2})+$/i.test(text);
  if (!isHex && !/^[\w+/-]+={0,2}$/.test(text)) return null;
  const inner = Buffer.from(text, isHex ? 'hex' : 'base64'); // base64 takes both of its alphabets
  return inner.length < SHORTEST_ENCODED ? null : inner;
}

function bitsOf(bytes: Buffer): number {
  const text = bytes.toString('latin1').slice(0, LONGEST);
  const [, size = 256] = ALPHABETS.find(([kind]) => kind.test(text)) ?? [];
  const drawn = [drawnBits([...text], size), drawnBits(stepsOf(text), size)];
  if (size === 256 && isUtf8(bytes)) return Math.min(...drawn, bytes.toString().length * PROSE_BITS);
  return Math.min(...drawn, ...(size === 256 || size <= 16 ? [] : [wordBits(text, size)]));
}

/** What drawing the symbols one by one is worth, where those that repeat earlier ones cost no more than to say so. */
function drawnBits(symbols: (string | number)[], size: number): number {
  const perSymbol = Math.log2(alphabetOf(symbols, size));
  const perRepetition = 2 * Math.log2(Math.max(2, symbols.length));
  let bits = 0;
  for (let at = 0; at < symbols.length;) {
    const repeated = longestRepetition(symbols, at);
    bits += repeated < SHORTEST_REPETITION ? perSymbol : Math.min(perRepetition, repeated * perSymbol);
    at += repeated < SHORTEST_REPETITION ? 1 : repeated;
  }
  return bits;
}

/** Symbols at a place that are as at an earlier one; the two may overlap, as in `aaaa`. */
function longestRepetition(symbols: (string | number)[], at: number): number {
  let longest = 0;
  for (let from = 0; from < at; from++) {
    let length = 0;
    while (at + length < symbols.length && symbols[from + length] === symbols[at + length]) length++;
    longest = Math.max(longest, length);
  }
  return longest;
}

/** The size of the alphabet, or how many symbols occur where these are too few to have been drawn from all of it. */
function alphabetOf(symbols: (string | number)[], size: number): number {
  const distinct = new Set(symbols).size;
  const expected = size * (1 - (1 - 1 / size) ** symbols.length);
  return distinct < FEWEST_DISTINCT * expected ? distinct : size;
}

/** From each symbol to the next: a sequence is a repetition of its steps. */
const stepsOf = (text: string) =>
  [...text].map((char, at) => char.charCodeAt(0) - (text.charCodeAt(at - 1) || 0));

function wordBits(text: string, size: number): number {
  const words = plainLetters(text).match(PLACEHOLDERS) ?? [];
  const rest = text.length - words.reduce((sum, { length }) => sum + length, 0);
  const letters = text.replace(/[^A-Za-z]/g, '').length;
  return isProse(text) ? letters * PROSE_BITS : rest * Math.log2(size) + words.length * PLACEHOLDER_BITS;
}

/** Words with blanks or the like between them: each in small letters, in capitals, or with a capital in front. */
const isProse = (text: string) =>
  /^([A-Z]?[a-z]+|[A-Z]+)([ .,;:'!?_-]+([A-Z]?[a-z]+|[A-Z]+))*[.!?]?$/.test(text);

/** `P4$$w0rd` as people read it, character for character. */
const plainLetters = (text: string) =>
  text
    .toLowerCase()
    .replace(
      /[@4013$5]/g,
      (char) => ({ '@': 'a', 4: 'a', 0: 'o', 1: 'i', 3: 'e', $: 's', 5: 's' })[char] ?? char,
    );
