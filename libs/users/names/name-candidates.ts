import { Injectable } from '@nestjs/common';
import { Database } from '@cutover/database';
import { foldName } from './fold-name';
import { type NameColumn, nameKey } from './name-key';
import { globPattern, longestSpelling, spellingsOf } from './spellings';

export interface Condition {
  sql: string;
  parameters: (string | number)[];
}

/** How the database keeps a column's text; the names come from its own catalogue. */
interface ColumnText {
  /** `null` for bytes, and on SQLite. */
  charset: string | null;
  /** On SQLite the index's. */
  collation: string | null;
  isIndexed: number;
}

const COLUMN_TEXT = {
  mysql: `SELECT c.character_set_name AS charset, c.collation_name AS collation, EXISTS (
      SELECT 1 FROM information_schema.statistics s WHERE s.table_schema = c.table_schema AND s.table_name = c.table_name
        AND s.column_name = c.column_name AND s.seq_in_index = 1 AND s.index_type = 'BTREE') AS isIndexed
    FROM information_schema.columns c
    WHERE c.table_schema = DATABASE() AND c.table_name = 'users' AND c.column_name = ?`,
  sqlite: `SELECT NULL AS charset, x.coll AS collation, 1 AS isIndexed FROM pragma_index_list('users') l
    JOIN pragma_index_xinfo(l.name) x WHERE l.partial = 0 AND x.seqno = 0 AND lower(x.name) = ? LIMIT 1`,
};

/**
 * The newest rows that are looked at as they are, besides all that have no key yet: of two inserts under way at once the
 * later number may be committed first.
 */
const NEWEST = 100;
const NEWER = `u.id > (SELECT COALESCE(MAX(user_id), ${Number.MIN_SAFE_INTEGER + NEWEST}) - ${NEWEST} FROM cutover_user_names)`;

/**
 * Case-insensitive collations of no particular language. In others two cases of an ASCII letter may be two letters
 * (`utf8mb4_turkish_ci`: i, I), so that their index does not find every candidate.
 */
const FOLDS_ASCII =
  /^[a-z0-9]+_(general|unicode|unicode_520|swedish|0900|uca1400)(_nopad)?(_a[is])?(_nopad)?_ci$/;

/**
 * Finds every row whose name may equal a typed one, and more: the database only finds candidates, the code decides
 * (design section 3).
 */
@Injectable()
export class NameCandidates {
  private readonly columns = new Map<NameColumn, Promise<ColumnText>>();

  constructor(private readonly database: Database) {}

  /**
   * Whose name equals one of these, by index look-ups alone. The legacy application writes its table without us, so our
   * keys ({@link NameKeys}) are one of three places: what it renamed is there under a common spelling by an index of its
   * own, and what it added is looked at as it is.
   *
   * @param names at least one, and no more than SQLite's expressions are deep (1,000)
   * @returns ids; whoever reads the rows looks at the names again
   */
  async find(column: NameColumn, names: readonly string[]): Promise<number[]> {
    const user = `SELECT u.id, u.${column} AS name FROM`;
    const places = names.map(() => '?').join(', ');
    const added = await this.condition(column, names);
    const renamed = await this.spelled(column, names);
    const rows = await this.database.query<{ id: number; name: string }>(
      [
        `${user} cutover_user_names n JOIN users u ON u.id = n.user_id WHERE n.${column}_key IN (${places})`,
        `${user} users u WHERE ${NEWER} AND (${added.sql})`,
        ...(renamed ? [`${user} users u WHERE ${renamed.sql}`] : []),
      ].join(' UNION ALL '),
      [...names.map(nameKey), ...added.parameters, ...(renamed?.parameters ?? [])],
    );
    const wanted = new Set(names.map(foldName));
    return [...new Set(rows.filter(({ name }) => wanted.has(foldName(String(name)))).map(({ id }) => id))];
  }

  /** True of every row whose name may equal one of these; only some collations have an index for it. */
  async condition(column: NameColumn, names: readonly string[]): Promise<Condition> {
    if (this.database.engine === 'sqlite')
      return {
        sql: names.map(() => `(u.${column} GLOB ? AND length(u.${column}) <= ?)`).join(' OR '),
        parameters: names.flatMap((name) => [globPattern(name), longestSpelling(name)]),
      };
    const text = await this.columnOf(column);
    const parameters = names.flatMap(spellingsOf);
    // A column's own collation can use its index, and a letter that its character set lacks is in none of its rows.
    // One that tells cases apart cannot find what differs by case.
    const [side, spelling] = FOLDS_ASCII.test(text.collation ?? '')
      ? [`u.${column}`, asStored(text)]
      : [`CONVERT(u.${column} USING utf8mb4) COLLATE utf8mb4_unicode_ci`, '?'];
    return { sql: `${side} IN (${parameters.map(() => spelling).join(', ')})`, parameters };
  }

  /** By the legacy table's own index: the common spellings, to the letter or as its collation compares; `null` without one. */
  private async spelled(column: NameColumn, names: readonly string[]): Promise<Condition | null> {
    const text = await this.columnOf(column);
    if (!text.isIndexed) return null;
    const parameters = names.flatMap(spellingsOf);
    const side = this.database.engine === 'sqlite' ? `u.${column} COLLATE ${text.collation}` : `u.${column}`;
    return { sql: `${side} IN (${parameters.map(() => asStored(text)).join(', ')})`, parameters };
  }

  private columnOf(column: NameColumn): Promise<ColumnText> {
    const known = this.columns.get(column);
    if (known) return known;
    const asked = this.database
      .query<ColumnText>(COLUMN_TEXT[this.database.engine], [column])
      .then(([row]) => row ?? { charset: null, collation: null, isIndexed: 0 });
    this.columns.set(column, asked);
    asked.catch(() => this.columns.delete(column));
    return asked;
  }
}

/** A parameter as the column's index has it. */
const asStored = ({ charset, collation }: ColumnText) =>
  charset === null ? '?' : `CONVERT(? USING ${charset}) COLLATE ${collation}`;
