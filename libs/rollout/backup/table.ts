import type { Database } from '@cutover/database';
import type { Row, Value } from './format/records';

/** A number where it is read otherwise (libs/database); a backup holds the bytes. */
const AS_BYTES = new Set(['bit']);
/** Types whose text says all of them; a JavaScript date would lose the fraction, and the impossible days of old tables. */
const AS_TEXT = new Set(['datetime', 'timestamp', 'date', 'time', 'json']);

const quoted = (name: string) => `\`${name.replaceAll('`', '``')}\``;
const places = (values: unknown[]) => values.map(() => '?').join(', ');

/** One table, read and written value for value, whatever columns it has: a legacy table may have more than we know. */
export class Table {
  private constructor(
    private readonly database: Database,
    readonly name: string,
    readonly columns: string[],
    private readonly select: string,
  ) {}

  /** @param columns only these; all that hold a value of their own, where it says nothing */
  static async of(database: Database, name: string, columns?: string[]): Promise<Table> {
    const present = await columnsOf(database, name);
    const chosen = columns ?? [...present.keys()];
    const select = chosen.map((column) => selected(database, column, present.get(column) ?? '')).join(', ');
    return new Table(database, name, chosen, select);
  }

  /** @returns of these columns, those that the table does not have */
  static async missing(database: Database, name: string, columns: string[]): Promise<string[]> {
    const present = await columnsOf(database, name);
    return columns.filter((column) => !present.has(column));
  }

  at(column: string): number {
    return this.columns.indexOf(column);
  }

  async count(): Promise<number> {
    const [row] = await this.database.query<{ count: number }>(`SELECT COUNT(*) AS count FROM ${this.name}`);
    return Number(row?.count);
  }

  /** @param rest from WHERE on */
  async rows(rest: string, parameters: unknown[]): Promise<Row[]> {
    const rows = await this.database.query<Record<string, unknown>>(
      `SELECT ${this.select} FROM ${this.name} ${rest}`,
      parameters,
    );
    return rows.map((row) => this.columns.map((column) => toValue(row[column])));
  }

  /** @param rows at least one */
  async insert(rows: Row[]): Promise<void> {
    const row = `(${places(this.columns)})`;
    await this.database.execute(
      `INSERT INTO ${this.name} (${this.columns.map(quoted).join(', ')}) VALUES ${rows.map(() => row).join(', ')}`,
      rows.flat().map((value) => this.bindable(value)),
    );
  }

  /**
   * Sets some columns of some rows in one statement; every other column stays, also one that says `ON UPDATE`.
   *
   * @param rows at least one; each has its key
   * @param columns at least one
   */
  async update(key: string, rows: Row[], columns: string[]): Promise<void> {
    const [keys, cases] = [rows.map((row) => row[this.at(key)]), rows.map(() => 'WHEN ? THEN ?').join(' ')];
    const kept =
      columns.includes('updated_at') || this.at('updated_at') === -1 ? [] : ['updated_at = updated_at'];
    await this.database.execute(
      `UPDATE ${this.name} SET ${[...columns.map((column) => `${quoted(column)} = CASE ${key} ${cases} END`), ...kept].join(', ')}
       WHERE ${key} IN (${places(keys)})`,
      [
        ...columns.flatMap((column) => rows.flatMap((row) => [row[this.at(key)], row[this.at(column)]])),
        ...keys,
      ].map((value) => this.bindable(value ?? null)),
    );
  }

  private bindable(value: Value): unknown {
    if (value !== null && typeof value === 'object') return Buffer.from(value.base64, 'base64');
    // node:sqlite binds a number as REAL, which a column without a type would keep as one.
    return this.database.engine === 'sqlite' && Number.isSafeInteger(value) ? BigInt(value as number) : value;
  }
}

function selected({ engine }: Database, column: string, type: string): string {
  if (engine === 'mysql' && AS_TEXT.has(type)) return `CAST(${quoted(column)} AS CHAR) AS ${quoted(column)}`;
  if (engine === 'mysql' && AS_BYTES.has(type))
    return `CAST(${quoted(column)} AS BINARY) AS ${quoted(column)}`;
  return quoted(column);
}

const toValue = (value: unknown): Value => {
  if (value instanceof Uint8Array) return { base64: Buffer.from(value).toString('base64') };
  if (value === null || typeof value === 'string' || typeof value === 'number') return value;
  throw new Error(`a backup cannot hold a value of the type ${typeof value}`);
};

/** The columns that are not computed from others, with their types. */
async function columnsOf(database: Database, table: string): Promise<Map<string, string>> {
  const rows = await database.query<{ name: string; type: string }>(
    database.engine === 'sqlite'
      ? `SELECT name, lower(type) AS type FROM pragma_table_xinfo(?) WHERE hidden = 0 ORDER BY cid`
      : `SELECT column_name AS name, data_type AS type FROM information_schema.columns
         WHERE table_schema = DATABASE() AND table_name = ? AND extra NOT LIKE '%VIRTUAL%' AND extra NOT LIKE '%STORED%'
         ORDER BY ordinal_position`,
    [table],
  );
  return new Map(rows.map(({ name, type }) => [name, type]));
}
