const GRAPHEMES = new Intl.Segmenter(undefined, { granularity: 'grapheme' });
const STARTS_A_WORD = /^[\p{L}\p{N}]/u;

/** Keeps Arabic letters from joining into a word that the name does not contain. */
const ZERO_WIDTH_NON_JOINER = '\u200C';

/**
 * One or two letters that stand for a name: of its first and its last word, whole graphemes (é, नि, 👩🏽‍🚀 are one each).
 * `Lovelace, Ada (IT)`, as directories like to write it, gives AL.
 */
export function initials(name: string): string {
  const plain = name.replace(/\([^)]*\)/gu, ' ').normalize('NFC');
  const [family, given] = plain.split(',', 2);
  const words = (given?.trim() ? `${given} ${family}` : plain)
    .split(/[\s,]+/u)
    .filter((word) => STARTS_A_WORD.test(word));
  const first = words.at(0);
  const last = words.length > 1 ? words.at(-1) : undefined;
  if (first === undefined) return firstGrapheme(name.trim());
  return [first, last]
    .filter((word) => word !== undefined)
    .map((word) => firstGrapheme(word).toLocaleUpperCase())
    .join(ZERO_WIDTH_NON_JOINER);
}

function firstGrapheme(text: string): string {
  for (const { segment } of GRAPHEMES.segment(text)) return segment;
  return '';
}
