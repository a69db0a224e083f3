import { ProgramFailed } from '../errors';
import type { Rehearsal } from '../rehearsal';
import { outage, share } from '../sign-ins/promises';
import { type Outcome, signInAll } from '../sign-ins/round';
import type { StandIn } from '../processes/stand-in';

/** Share of the provider's answers that fail. */
const FAILING = 0.7;
/** Milliseconds after which the guardrail has not done its work. */
const LIMIT = 60_000;
/** Milliseconds in which the circuit must have closed once the provider is sound. */
const RECOVERY = 20_000;
/** Milliseconds between two looks. */
const PAUSE = 200;

interface Decision {
  stage: string;
  percent: number;
  hold: string | null;
}

/** The provider starts failing while a quarter of the people depend on it: the guardrail must go back by itself. */
export async function failAndGoBack(rehearsal: Rehearsal, over: ReadonlySet<number>): Promise<void> {
  const { options, result, sample } = rehearsal;
  const dependent = sample.filter(({ id }) => over.has(id));
  const from = await decisionIn(rehearsal);
  const promise = outage(options.fallback);
  await standInOf(rehearsal).failing(FAILING);
  const startedAt = Date.now();
  const outcomes: Outcome[] = [];
  let to = from;
  for (; to.hold === null; to = await decisionIn(rehearsal)) {
    if (Date.now() - startedAt > LIMIT)
      throw new ProgramFailed(
        'the guardrail',
        `it did not go back within ${LIMIT / 1000} s of a provider that fails`,
      );
    outcomes.push(...(await signInAll(rehearsal.portal, dependent)));
    await rehearsal.wait(PAUSE);
  }
  rehearsal.keep(`${nameOf(from)}, provider failing`, outcomes, promise);
  result.automatic = {
    after: Date.now() - startedAt,
    signIns: outcomes.length,
    from: nameOf(from),
    to: nameOf(to),
    hold: to.hold,
  };
  rehearsal.sides = rehearsal.result.rounds.findLast(({ name }) => name === nameOf(to))?.people ?? null;
  await rehearsal.round(`${nameOf(to)}, provider failing`, promise);
}

/** The provider is sound again, a person lifts the hold. @returns once the external side serves again */
export async function recover(rehearsal: Rehearsal, before: ReadonlySet<number>): Promise<void> {
  await standInOf(rehearsal).sound();
  const { percent } = await decisionIn(rehearsal);
  await rehearsal.decide([
    ...['set', 'percent', '--percent', String(percent), '--lift-hold'],
    ...['--reason', 'the rehearsal: the provider is sound again'],
  ]);
  await serving(rehearsal, before);
  await rehearsal.round(`${percent} %, hold lifted`, share(before, rehearsal.isMade));
}

/** The API finds out by trying, a call at a time. */
async function serving({ sample, portal, wait }: Rehearsal, before: ReadonlySet<number>): Promise<void> {
  const somebody = sample.filter(({ id }) => before.has(id)).slice(0, 1);
  for (const until = Date.now() + RECOVERY; Date.now() < until; await wait(PAUSE)) {
    const [outcome] = await signInAll(portal, somebody);
    if (!outcome || outcome.side === 'external') return;
  }
  throw new ProgramFailed('the API', `it did not go back to the sound provider within ${RECOVERY / 1000} s`);
}

const nameOf = ({ percent }: Decision) => `${percent} %`;

async function decisionIn({ scratch }: Rehearsal): Promise<Decision> {
  const [decision] = await scratch.database.query<Decision>(
    `SELECT stage, percent, hold_reason AS hold FROM cutover_rollout_policies ORDER BY version DESC LIMIT 1`,
  );
  if (!decision) throw new Error('there is always a decision in force');
  return decision;
}

function standInOf({ standIn }: Rehearsal): StandIn {
  if (!standIn) throw new Error('the stand-in is started before');
  return standIn;
}
