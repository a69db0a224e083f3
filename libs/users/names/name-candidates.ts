import { Injectable } from '@nestjs/common';
import { Database } from '@cutover/database';
import { foldName } from './fold-name';

export type NameColumn = 'username' | 'email';

export interface Condition {
  sql: string;
  parameters: string[];
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
        sql: names.map(() => `u.${column} LIKE ? ESCAPE '\\'`).join(' OR '),
        parameters: names.map(likePattern),
      };
    const spellings = names.flatMap(spellingsOf);
    const { charset, collation } = await this.columnOf(column);
    // A column's own collation can use its index, and a letter that its character set lacks is in none of its rows.
    // One that tells cases apart cannot find what differs by case.
    const [side, spelling] = FOLDS_ASCII.test(collation)
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
    ]),
  ];
}

/** SQLite's LIKE knows the cases of ASCII: only what equals ASCII alone can be asked for by itself. */
function likePattern(name: string): string {
  return Array.from(name.normalize('NFC'), (char) => {
    if (!/^[\x20-\x7e]$/.test(char) || /[ks`;]/i.test(char)) return '%';
    return /[\\%_]/.test(char) ? `\\${char}` : char;
  }).join('');
}
