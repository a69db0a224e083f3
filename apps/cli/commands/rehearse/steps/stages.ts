import type { VerificationReport } from '@cutover/rollout';
import { ProgramFailed } from '../errors';
import type { Rehearsal } from '../rehearsal';
import { all, share, testUsers } from '../sign-ins/promises';
import type { Outcome } from '../sign-ins/round';

/** Milliseconds that the guardrail, which looks every second, may take to say something of a stage. */
const VERDICT_LIMIT = 8000;

/** Who was let in by the external side at the widest stage so far: no wider one may send them back. */
export const sentOver = (outcomes: readonly Outcome[]): ReadonlySet<number> =>
  new Set(outcomes.filter(({ side }) => side === 'external').map(({ person }) => person.id));

export async function openTestUsers(rehearsal: Rehearsal): Promise<void> {
  const people = rehearsal.testUsers;
  if (people.length === 0)
    throw new ProgramFailed('the sample', 'nobody of it can be a test user: take a larger one (--sample)');
  const names = people.map(({ username }) => username).join(',');
  await rehearsal.decide([
    'set',
    'test-users',
    '--users',
    names,
    '--reason',
    'the rehearsal: volunteers first',
  ]);
  await rehearsal.round('test users', testUsers(people));
}

/** Opens the next share, lets everybody sign in and looks back. @returns who was sent over */
export async function openShare(
  rehearsal: Rehearsal,
  name: string,
  before: ReadonlySet<number>,
): Promise<ReadonlySet<number>> {
  const { rollout } = await rehearsal.decide([
    'promote',
    '--reason',
    'the rehearsal: the stage before was sound',
  ]);
  const promise = (rollout.stage === 'all' ? all : share)(before, rehearsal.isMade);
  const over = sentOver(await rehearsal.round(name, promise));
  await lookBack(rehearsal, name, rollout.version);
  return over;
}

/** The guardrail's word, then the command's. */
async function lookBack(rehearsal: Rehearsal, stage: string, version: number): Promise<void> {
  await saidOf(rehearsal, version);
  const { answer, why } = await rehearsal.programs.attempt<VerificationReport>(['rollout', 'verify']);
  if (answer === null) throw new ProgramFailed('cutover rollout verify', why);
  const failed = answer.gates.filter(({ passed }) => !passed);
  rehearsal.result.gates.push({
    stage,
    failed: failed.map(({ gate, detail }) => (detail.startsWith(`${gate}:`) ? detail : `${gate}: ${detail}`)),
  });
}

async function saidOf({ scratch, wait }: Rehearsal, version: number): Promise<void> {
  for (const until = Date.now() + VERDICT_LIMIT; Date.now() < until; await wait(200)) {
    const rows = await scratch.database.query(
      `SELECT 1 FROM cutover_guardrail_verdicts WHERE policy_version = ? AND verdict IN ('healthy', 'failing') LIMIT 1`,
      [version],
    );
    if (rows.length > 0) return;
  }
}
