import { Injectable, type OnModuleInit } from '@nestjs/common';
import { Database, MigrationRefused, Migrator, type Reader } from '@cutover/database';
import { flagOf } from './active-flag';

/** A person whose `is_active` says neither yes nor no, who is kept out. */
export interface UnclearFlag {
  id: number;
  username: string;
  /** As it is stored, in words; `null` for NULL. */
  value: string | null;
}

/** Rows read at once. */
const BATCH = 5000;
/** Ids that a refusal names for one value; their number is said in any case. */
const NAMED = 5;

/** Finds people of whom nobody knows whether they are active. */
@Injectable()
export class UnclearFlags implements OnModuleInit {
  constructor(
    private readonly database: Database,
    private readonly migrator: Migrator,
  ) {}

  onModuleInit(): void {
    this.migrator.addPrecondition(refuseUnclearFlags);
  }

  async list(): Promise<UnclearFlag[]> {
    const found: UnclearFlag[] = [];
    for await (const flag of unclearFlags(this.database)) found.push(flag);
    return found;
  }
}

/**
 * A table with values that say neither yes nor no is not adopted: their people would be locked out. NULL is SQL's own word
 * for unknown, which no application takes for true: it is adopted, and listed.
 *
 * @throws MigrationRefused
 */
export async function refuseUnclearFlags(reader: Reader): Promise<void> {
  if (!(await hasFlags(reader))) return; // what is missing is said by the step that needs it
  const found = new Map<string, { count: number; ids: number[] }>();
  for await (const { id, value } of unclearFlags(reader)) {
    if (value === null) continue;
    const { count, ids } = found.get(value) ?? { count: 0, ids: [] };
    found.set(value, { count: count + 1, ids: count < NAMED ? [...ids, id] : ids });
  }
  if (found.size === 0) return;
  const values = [...found].map(
    ([value, { count, ids }]) =>
      `${value} in ${count} row(s) (id ${ids.join(', ')}${count > ids.length ? ', …' : ''})`,
  );
  throw new MigrationRefused({
    detail:
      `The table users cannot be adopted: its column is_active holds values that say neither active nor inactive: ${values.join('; ')}. ` +
      `Known are 1 and 0, y and n, yes and no, t and f, true and false, on and off, active and inactive, enabled and disabled. ` +
      `Change these rows, then try again. Nothing was changed.`,
  });
}

async function hasFlags({ engine, query }: Reader): Promise<boolean> {
  const rows = await query(
    engine === 'sqlite'
      ? `SELECT 1 FROM pragma_table_info('users') WHERE name IN ('id', 'username', 'is_active')`
      : `SELECT 1 FROM information_schema.columns WHERE table_schema = DATABASE() AND table_name = 'users'
         AND column_name IN ('id', 'username', 'is_active')`,
    [],
  );
  return rows.length === 3;
}

async function* unclearFlags(reader: Pick<Reader, 'query'>): AsyncGenerator<UnclearFlag> {
  for (let after: unknown = null; ;) {
    const rows = (await reader.query(
      `SELECT id, username, is_active AS stored FROM users ${after === null ? '' : 'WHERE id > ?'} ORDER BY id LIMIT ${BATCH}`,
      after === null ? [] : [after],
    )) as { id: number; username: string; stored: unknown }[];
    for (const { id, username, stored } of rows)
      if (flagOf(stored) === null) yield { id, username: String(username), value: described(stored) };
    if (rows.length < BATCH) return;
    after = rows.at(-1)?.id;
  }
}

function described(stored: unknown): string | null {
  if (stored === null) return null;
  if (stored instanceof Uint8Array) return `0x${Buffer.from(stored).toString('hex')}`;
  return typeof stored === 'string' ? `'${stored}'` : String(stored);
}
