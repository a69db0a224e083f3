import type { QueryRunner } from 'typeorm';
import { MigrationRefusal } from './refusal';
import { findNotNull, isComment, isWord, nameOf, type Token, tokensOf } from './sql-text';

/** What `NOT` of `NOT NULL` becomes while the column may be NULL: taken back, the legacy text is the same to the byte. */
const HIDDEN_NOT = /^\/\*NOT\*\/$/i;

/**
 * Changes a column's nullability in the text of the schema, by SQLite's own procedure for changes that leave the rows
 * as they are (https://sqlite.org/lang_altertable.html#otheralter). `ALTER COLUMN` needs SQLite 3.53, which not every
 * Node 24 has, and does not put the clause back where it was. Runs inside the step's transaction.
 */
export async function setNullableInSqlite(
  runner: QueryRunner,
  table: string,
  column: string,
  nullable: boolean,
): Promise<void> {
  const [schema] = (await runner.query(
    `SELECT name, sql FROM sqlite_schema WHERE type = 'table' AND name = ? COLLATE NOCASE`,
    [table],
  )) as { name: string; sql: string }[];
  if (!schema) throw new MigrationRefusal(`The database has no table ${table}.`);
  const changed = withNullability(schema.sql, column, nullable);
  if (changed === schema.sql) return;
  const [version] = (await runner.query(`PRAGMA schema_version`)) as { schema_version: number }[];
  await runner.query(`PRAGMA writable_schema = ON`);
  await runner.query(`UPDATE sqlite_schema SET sql = ? WHERE type = 'table' AND name = ?`, [
    changed,
    schema.name,
  ]);
  await runner.query(`PRAGMA schema_version = ${Number(version?.schema_version) + 1}`);
  await runner.query(`PRAGMA writable_schema = RESET`);
}

/** @param sql the whole `CREATE TABLE` */
export function withNullability(sql: string, column: string, nullable: boolean): string {
  const definition = definitionOf(tokensOf(sql), column);
  const last = definition?.findLast((token) => !isComment(token));
  if (!definition || !last) throw new MigrationRefusal(`The table has no column ${column}.`);
  const found = findNotNull(definition);
  if (nullable) return found ? replaced(sql, found.not, `/*${found.not.text}*/`) : sql;
  if (found) return sql;
  const hidden = definition.find(({ text }) => HIDDEN_NOT.test(text));
  return hidden
    ? replaced(sql, hidden, hidden.text.slice(2, -2))
    : replaced(sql, last, `${last.text} NOT NULL`);
}

/** The tokens from a column's name to the comma or parenthesis that ends its definition. */
function definitionOf(tokens: Token[], column: string): Token[] | null {
  let definition: Token[] = [];
  for (const token of tokens) {
    const ends = (token.depth === 1 && token.text === ',') || (token.depth === 0 && token.text === ')');
    if (ends && definition[0] && nameOf(definition[0].text) === column) return definition;
    if (ends || isOpening(token)) definition = [];
    else if (token.depth >= 1 && !(definition.length === 0 && isComment(token))) definition.push(token);
  }
  return null;
}

const isOpening = (token: Token) => token.depth === 0 && isWord(token, '(');
const replaced = (sql: string, { start, end }: Token, text: string) =>
  sql.slice(0, start) + text + sql.slice(end);
