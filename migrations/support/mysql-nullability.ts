import type { QueryRunner } from 'typeorm';
import { MigrationRefusal } from './refusal';
import { findNotNull, isWord, nameOf, tokensOf } from './sql-text';

/** What may follow a column's type and character set in SHOW CREATE TABLE; nullability is written before it. */
const AFTER_TYPE = new Set(['DEFAULT', 'COMMENT', 'CHECK', 'INVISIBLE', 'COLUMN_FORMAT', 'STORAGE']);

/**
 * The clause of an ALTER TABLE that changes nothing but a column's nullability, made of the column's own line in SHOW
 * CREATE TABLE: type, character set, collation, default, comment and checks stay to the letter.
 *
 * @returns `null` where there is nothing to change
 */
export async function nullabilityClause(
  runner: QueryRunner,
  table: string,
  column: string,
  nullable: boolean,
): Promise<string | null> {
  const [row] = (await runner.query(`SHOW CREATE TABLE ${table}`)) as { 'Create Table': string }[];
  const definition = (row?.['Create Table'] ?? '')
    .split('\n')
    .map((line) => line.trim().replace(/,$/, ''))
    .find((line) => line.startsWith('`') && nameOf(line.split(' ')[0] ?? '') === column);
  if (definition === undefined) throw new MigrationRefusal(`The table ${table} has no column ${column}.`);
  const changed = withNullability(definition, nullable);
  return changed === definition ? null : `MODIFY COLUMN ${changed}`;
}

/** @param definition for example `` `hashed_password` varchar(255) COLLATE latin1_bin NOT NULL COMMENT 'bcrypt' `` */
export function withNullability(definition: string, nullable: boolean): string {
  const tokens = tokensOf(definition);
  const found = findNotNull(tokens);
  if (nullable)
    return found ? definition.slice(0, found.not.start) + definition.slice(found.null.start) : definition;
  if (found) return definition;
  const explicit = tokens.find(
    (token, at) => token.depth === 0 && isWord(token, 'NULL') && !isWord(tokens[at - 1], 'DEFAULT'),
  );
  if (explicit) return `${definition.slice(0, explicit.start)}NOT ${definition.slice(explicit.start)}`;
  const index = tokens.findIndex(
    ({ text, depth }) => depth === 0 && (AFTER_TYPE.has(text.toUpperCase()) || text.startsWith('/*!')),
  );
  const place = tokens[index];
  if (!place) return `${definition} NOT NULL`;
  const before = `${definition.slice(0, place.start)}NOT NULL`;
  const none = tokens[index + 1];
  // DEFAULT NULL is how the server spells "no default" of a column that may be NULL.
  if (isWord(place, 'DEFAULT') && none && isWord(none, 'NULL')) return before + definition.slice(none.end);
  return `${before} ${definition.slice(place.start)}`;
}
