import { INTO_A_COPY } from '../copy/into-a-copy';
import { columnsOf, definitionOf, legacyFingerprint, rowsDigest } from '../copy/legacy-fingerprint';
import { fillLegacyTable, replaceHashes } from '../copy/legacy-table';
import { ProgramFailed } from '../errors';
import { knownHashes } from '../people/known-passwords';
import { legacyRow } from '../people/legacy-people';
import { population } from '../people/population';
import { minUsersFor } from '../processes/child-settings';
import type { Rehearsal } from '../rehearsal';

/** The legacy table, empty, or filled with people who were made up. */
export async function makeLegacyTable(rehearsal: Rehearsal): Promise<void> {
  const { scratch, options, seeded } = rehearsal;
  const { database } = scratch;
  await createTable(rehearsal);
  rehearsal.columns = await columnsOf(database);
  if (options.fromBackup === null) {
    const hashOf = await knownHashes(seeded, options.users);
    await fillLegacyTable(database, options.users, (index) => legacyRow(index, hashOf));
    rehearsal.start = await legacyFingerprint(database, rehearsal.columns);
  }
}

/** The table as it was before anything was done, without rows. */
export async function createTable({ scratch, source }: Rehearsal): Promise<void> {
  for (const statement of source.definition) await scratch.database.execute(statement);
}

export async function schemaUp(rehearsal: Rehearsal): Promise<void> {
  const definition = await definitionOf(rehearsal.scratch.database);
  const { applied } = await rehearsal.programs.cutover<{ applied: string[] }>(['db', 'migrate']);
  rehearsal.schemaSteps = applied.length;
  if (rehearsal.options.fromBackup !== null) await restoreTheBackup(rehearsal, definition);
  rehearsal.people = await population(rehearsal.scratch.database, rehearsal.seeded);
  const { people, options, seeded, result, programs } = rehearsal;
  rehearsal.sample = seeded.sample('sample', people, options.sample);
  const enough = {
    GUARDRAIL_MIN_USERS: String(minUsersFor(rehearsal.sample.length, rehearsal.testUsers.length)),
  };
  Object.assign(result.settings, enough);
  Object.assign(programs.settings, enough);
  result.users = people.length;
  result.sample = rehearsal.sample.length;
  const external = people.filter(({ active, pin }) => active && pin === 'external').length;
  rehearsal.sides = { local: people.filter(({ active }) => active).length - external, external };
}

interface Restored {
  users: number;
  changed: { count: number };
  added: { count: number };
  left: { count: number };
}

/** The people of the deployment come out of the very file that would bring them back. */
async function restoreTheBackup(rehearsal: Rehearsal, definition: string): Promise<void> {
  const { options, source, programs, scratch, result } = rehearsal;
  const from = ['restore', '--from', options.fromBackup ?? '', ...INTO_A_COPY];
  const settings = { BACKUP_KEY: source.backupKey ?? '' };
  const { users } = await programs.cutover<Restored>(from, settings);
  const again = await programs.cutover<Restored>([...from, '--dry-run'], settings);
  const differing = again.changed.count + again.added.count + again.left.count;
  result.restoredFrom = { users, differing };
  if (differing > 0)
    throw new ProgramFailed(
      'cutover restore',
      `${differing} of ${users} people are not as the backup has them`,
    );
  if (users === 0) throw new ProgramFailed('cutover restore', 'the backup holds nobody');
  await giveKnownPasswords(rehearsal);
  rehearsal.start = { ...(await rowsDigest(scratch.database, rehearsal.columns)), definition };
}

/** Nobody's password is known: everybody of the copy gets one that is. */
async function giveKnownPasswords({ scratch, seeded, result }: Rehearsal): Promise<void> {
  const { database } = scratch;
  const [row] = await database.query<{ none: number }>(
    `SELECT COUNT(*) AS none FROM users WHERE hashed_password IS NULL`,
  );
  const none = Number(row?.none ?? 0);
  if (none > 0)
    result.cautions.push(
      `${none} people have no local password. In the copy they were given one; in truth each needs a code ("cutover users issue-reset") to come back.`,
    );
  const hashOf = await knownHashes(seeded, 500);
  await replaceHashes(
    database,
    Array.from({ length: 500 }, (_, remainder) => hashOf(remainder)),
  );
}
