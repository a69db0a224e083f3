import { Injectable } from '@nestjs/common';
import { Database } from '@cutover/database';
import { foldName } from './fold-name';

export type NameColumn = 'username' | 'email';

export interface Condition {
  sql: string;
  parameters: (string | number)[];
}

/** How the server keeps a column's text; the names come from its own catalogue. */
interface ColumnText {
  charset: string;
  collation: string;
}

/**
 * Case-insensitive collations of no particular language. In others two cases of an ASCII letter may be two letters
 * (`utf8mb4_turkish_ci`: i, I), so that their index does not find every candidate.
 */
const FOLDS_ASCII =
  /^[a-z0-9]+_(general|unicode|unicode_520|swedish|0900|uca1400)(_nopad)?(_a[is])?(_nopad)?_ci$/;

/**
 * Conditions that find every row whose name may equal a typed one, and more: a collation of the database only finds
 * candidates, the code decides (design section 3).
 */
@Injectable()
export class NameCandidates {
  private readonly columns = new Map<NameColumn, Promise<ColumnText>>();

  constructor(private readonly database: Database) {}

  /** @param names at least one, and no more than SQLite's expressions are deep (1,000) */
  async condition(column: NameColumn, names: readonly string[]): Promise<Condition> {
    if (this.database.engine === 'sqlite')
      return {
        sql: names.map(() => `(u.${column} GLOB ? AND length(u.${column}) <= ?)`).join(' OR '),
        parameters: names.flatMap((name) => [globPattern(name), longestSpelling(name)]),
      };
    const spellings = names.flatMap(spellingsOf);
    const { charset, collation } = await this.columnOf(column);
    // A column's own collation can use its index, and a letter that its character set lacks is in none of its rows.
    // One that tells cases apart cannot find what differs by case.
    const [side, spelling] =
      FOLDS_ASCII.test(collation) && /^[a-z0-9]+$/.test(charset)
        ? [`u.${column}`, `CONVERT(? USING ${charset}) COLLATE ${collation}`]
        : [`CONVERT(u.${column} USING utf8mb4) COLLATE utf8mb4_unicode_ci`, '?'];
    return { sql: `${side} IN (${spellings.map(() => spelling).join(', ')})`, parameters: spellings };
  }

  private columnOf(column: NameColumn): Promise<ColumnText> {
    const known = this.columns.get(column);
    if (known) return known;
    const asked = this.database
      .query<ColumnText>(
        `SELECT character_set_name AS charset, collation_name AS collation FROM information_schema.columns
         WHERE table_schema = DATABASE() AND table_name = 'users' AND column_name = ?`,
        [column],
      )
      .then(([row]) => row ?? { charset: 'utf8mb4', collation: 'utf8mb4_bin' });
    this.columns.set(column, asked);
    asked.catch(() => this.columns.delete(column));
    return asked;
  }
}

/** Collations differ in whether they see through normal forms and newer letters' cases; the index is asked for each. */
function spellingsOf(name: string): string[] {
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
const globPattern = (name: string) =>
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
const longestSpelling = (name: string) =>
  Array.from(name.normalize('NFC'), (char) =>
    Math.max(
      ...[char, foldName(char), char.toUpperCase()].map((spelling) => [...spelling.normalize('NFD')].length),
    ),
  ).reduce((sum, length) => sum + length, 0);
