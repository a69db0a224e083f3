import { INTO_A_COPY } from '../copy/into-a-copy';
import { join } from 'node:path';
import type { RollbackPlan, RolledBack } from '@cutover/rollout';
import type { Undone } from '@cutover/users';
import { legacyFingerprint } from '../copy/legacy-fingerprint';
import type { Rehearsal } from '../rehearsal';
import { LOCAL } from '../sign-ins/promises';
import { createTable } from './copy';

const BACKUP = 'at-the-end.backup';

/** An operator takes everybody back, and ends the sessions that the provider vouched for. */
export async function rollBack(rehearsal: Rehearsal): Promise<void> {
  const { programs, result } = rehearsal;
  const plan = await programs.cutover<RollbackPlan>(['rollback', '--plan', '--sessions', 'end']);
  const done = await programs.cutover<RolledBack>([
    ...['rollback', '--sessions', 'end'],
    ...['--reason', 'the rehearsal: back by hand'],
  ]);
  result.manual = { toLocal: plan.toLocal, sessionsEnded: done.ended, lockedOut: plan.lockedOut.count };
  const { local, external } = rehearsal.sides ?? { local: 0, external: 0 };
  rehearsal.sides = {
    local: local + external - plan.stillExternal.count,
    external: plan.stillExternal.count,
  };
  await rehearsal.inForce();
  await rehearsal.round('rolled back', LOCAL);
}

/** The copy as it is now, with every link. */
export async function backUp(rehearsal: Rehearsal): Promise<void> {
  await rehearsal.programs.cutover(['backup', '--to', join(rehearsal.folder, BACKUP)]);
  rehearsal.links = await linksIn(rehearsal);
}

export async function undo({ programs, result }: Rehearsal): Promise<void> {
  const { reversed, left } = await programs.cutover<Undone>(['users', 'undo', result.sync?.run ?? '']);
  result.undo = { reversed, left: left.count };
}

/** Every schema step is taken back: what is left is what the legacy application knows. */
export async function schemaDown(rehearsal: Rehearsal): Promise<void> {
  const { result, start, scratch } = rehearsal;
  result.verdicts = await rehearsal.verdicts();
  await rehearsal.programs.stopApi();
  await revert(rehearsal);
  const end = await legacyFingerprint(scratch.database, rehearsal.columns);
  result.legacy = {
    rows: end.rows,
    before: start?.rowsDigest ?? '',
    after: end.rowsDigest,
    definitionEqual: end.definition === start?.definition,
    restoredEqual: false,
  };
}

/** The backup in an empty database: the same people with the same links, who can sign in; and down again. */
export async function restoreAfresh(rehearsal: Rehearsal): Promise<void> {
  const { scratch, programs, folder, result, columns, start } = rehearsal;
  await scratch.empty();
  await createTable(rehearsal);
  await programs.cutover(['db', 'migrate']);
  const { users } = await programs.cutover<{ users: number }>([
    'restore',
    '--from',
    join(folder, BACKUP),
    ...INTO_A_COPY,
  ]);
  const restored = await legacyFingerprint(scratch.database, columns);
  result.restore = {
    users,
    links: await linksIn(rehearsal),
    linksBefore: rehearsal.links,
    rowsEqual: restored.rowsDigest === start?.rowsDigest,
    signedIn: false,
  };
  rehearsal.portal.url = await programs.startApi();
  await rehearsal.round('restored copy', LOCAL);
  result.restore.signedIn = result.rounds.at(-1)?.broken.count === 0;
  await programs.stopApi();
  await revert(rehearsal);
  const end = await legacyFingerprint(scratch.database, columns);
  if (result.legacy)
    result.legacy.restoredEqual = end.rowsDigest === start?.rowsDigest && end.definition === start.definition;
}

const revert = ({ programs, schemaSteps }: Rehearsal) =>
  programs.cutover(['db', 'revert', '--steps', String(schemaSteps)]);

async function linksIn({ scratch }: Rehearsal): Promise<number> {
  const [row] = await scratch.database.query<{ links: number }>(
    `SELECT COUNT(*) AS links FROM users WHERE external_user_id IS NOT NULL`,
  );
  return Number(row?.links ?? 0);
}
