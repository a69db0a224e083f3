import { foldName } from './fold-name';

/** Collations differ in whether they see through normal forms and newer letters' cases; the index is asked for each. */
export function spellingsOf(name: string): string[] {
  const composed = name.normalize('NFC');
  return [
    ...new Set([
      name,
      composed,
      composed.normalize('NFD'),
      foldName(name),
      composed.toUpperCase(),
      composed.toLowerCase(),
      composed.replaceAll('ß', 'ẞ'), // no change of case leads from the one to the other
    ]),
  ];
}

/** Any letter but those of ASCII, in a GLOB's brackets. */
const BEYOND_ASCII = '\u0080-\u{10ffff}';

/** SQLite knows the cases of ASCII alone: of any other letter it is asked what it may begin with. */
export const globPattern = (name: string) =>
  Array.from(name.normalize('NFC'), (char) => {
    const beginnings = [...new Set([foldName(char), char.normalize('NFD')].flatMap(casesOfFirst))];
    if (char > '\u007f') return `[${beginnings.join('')}${BEYOND_ASCII}]${isComposed(char) ? '*' : ''}`;
    // Letters beyond ASCII that equal one of it: the signs of Kelvin and of a long s, two Greek signs.
    if (/[ks`;]/i.test(char)) return `[${beginnings.join('')}${BEYOND_ASCII}]`;
    return /[a-z*?[]/i.test(char) ? `[${beginnings.join('')}]` : char;
  }).join('');

const casesOfFirst = (text: string) => {
  const [first = ''] = text;
  return first > '\u007f' ? [] : [first.toLowerCase(), first.toUpperCase()];
};

/** Whether a letter, or another case of it, can be written as more than one. */
const isComposed = (char: string) =>
  [char, foldName(char), char.toUpperCase(), char.toLowerCase()].some(
    (spelling) => [...spelling.normalize('NFD')].length > 1,
  );

/** Characters of the longest name that can equal this one: a pattern alone would find everybody by `é`. */
export const longestSpelling = (name: string) =>
  Array.from(name.normalize('NFC'), (char) =>
    Math.max(
      ...[char, foldName(char), char.toUpperCase()].map((spelling) => [...spelling.normalize('NFD')].length),
    ),
  ).reduce((sum, length) => sum + length, 0);
