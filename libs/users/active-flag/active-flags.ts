import { Injectable } from '@nestjs/common';
import { ValidationFailed } from '@cutover/contracts';
import { Database } from '@cutover/database';
import { flagOf, OPPOSITES } from './active-flag';

type Stored = string | number | Buffer;

/** What the catalogue says of the column. */
interface Column {
  /** With its length or its options, in lower case: `char(1)`, `enum('yes','no')`, `boolean`. */
  type: string;
  fallback: string | null;
}

const HOLDS_NUMBERS = /^(tiny|small|medium|big)?int|^bit|^bool|^dec|^num|^fixed|^float|^double|^real/;

/** Writes `is_active` as the legacy application does, which reads it too. */
@Injectable()
export class ActiveFlags {
  private readonly known = new Map<boolean, Promise<Stored>>();

  constructor(private readonly database: Database) {}

  /**
   * The value that says `active` in this table.
   *
   * @throws ValidationFailed where neither its type, nor any row, nor its default tells how it is written
   */
  async stored(active: boolean): Promise<Stored> {
    const known = this.known.get(active);
    if (known) return known;
    const found = this.find(active);
    this.known.set(active, found);
    found.catch(() => this.known.delete(active));
    return found;
  }

  private async find(active: boolean): Promise<Stored> {
    const { type, fallback } = await this.column();
    const isNumber = HOLDS_NUMBERS.test(type);
    if (isNumber && this.database.engine === 'mysql') return Number(active);
    const spellings = [...(await this.inUse()), ...optionsOf(type), ...(fallback === null ? [] : [fallback])];
    const same = spellings.find((spelling) => flagOf(spelling) === active);
    if (same !== undefined) return same;
    const opposite = spellings.map((spelling) => oppositeOf(spelling)).find((found) => found !== null);
    if (opposite != null) return opposite;
    if (isNumber || type === '') return Number(active); // SQLite's column without a type, and no row yet
    throw new ValidationFailed({
      detail: `The column is_active of the table users is a ${type}, and no row says how "${active ? 'active' : 'inactive'}" is written in it. Let the legacy application make the first person.`,
    });
  }

  /** SQLite keeps each value with a type of its own, whatever the column's. The most frequent first. */
  private async inUse(): Promise<Stored[]> {
    const rows = await this.database.query<{ stored: Stored | Uint8Array | null }>(
      `SELECT is_active AS stored FROM users WHERE is_active IS NOT NULL GROUP BY is_active ORDER BY COUNT(*) DESC LIMIT 20`,
    );
    return rows.flatMap(({ stored }) => {
      if (stored === null) return [];
      return stored instanceof Uint8Array ? Buffer.from(stored) : stored;
    });
  }

  private async column(): Promise<Column> {
    const [column] = await this.database.query<Column>(
      this.database.engine === 'sqlite'
        ? `SELECT lower(type) AS type, trim(dflt_value, '()''"') AS fallback FROM pragma_table_info('users') WHERE name = 'is_active' COLLATE NOCASE`
        : `SELECT column_type AS type, TRIM(BOTH '''' FROM column_default) AS fallback FROM information_schema.columns
           WHERE table_schema = DATABASE() AND table_name = 'users' AND column_name = 'is_active'`,
    );
    return column ?? { type: '', fallback: null };
  }
}

const optionsOf = (type: string): string[] =>
  type.startsWith('enum(') ? Array.from(type.matchAll(/'((?:[^']|'')*)'/g), ([, option = '']) => option) : [];

/** What an application that writes `stored` writes for the opposite, in the same case. */
function oppositeOf(stored: Stored): Stored | null {
  const flag = flagOf(stored);
  if (flag === null) return null;
  if (typeof stored === 'number') return Number(!flag);
  if (Buffer.isBuffer(stored)) {
    const opposite = oppositeOf(stored.toString('latin1').replace(/[\0 ]+$/, ''));
    return opposite === null ? Buffer.from([Number(!flag)]) : Buffer.from(String(opposite), 'latin1');
  }
  const text = stored.trimEnd();
  if (/^\d/.test(text)) return String(Number(!flag));
  const pair = OPPOSITES.find((words) => words.some((word) => word === text.toLowerCase()));
  if (!pair) return null;
  const word = pair[flag ? 1 : 0];
  if (text === text.toLowerCase()) return word;
  if (text === text.toUpperCase()) return word.toUpperCase();
  return word.replace(/^./, (letter) => letter.toUpperCase());
}
