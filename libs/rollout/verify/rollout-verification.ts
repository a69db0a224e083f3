import { Injectable } from '@nestjs/common';
import { SettingsService } from '@cutover/config';
import type { ProblemCode, Stage } from '@cutover/contracts';
import { whyKeptOut } from '@cutover/users';
import { Census } from '../evidence/census';
import { OutcomeFigures, type SideFigures } from '../evidence/outcome-figures';
import { GuardrailVerdicts } from '../guardrails/guardrail-verdicts';
import type { NamedPeople } from '../plan/movement';
import type { RolloutPolicy } from '../policy/rollout-policy';
import { RolloutPolicyStore } from '../policy/rollout-policy.store';
import { sideUnder } from '../policy/side';
import { type Stretch, stretchOf } from '../policy/stretch';
import { CameSince } from './came-since';
import { type Gate, gatesOf } from './gates';

/** Names that are said of one group; the count is of all. */
const NAMED = 20;
/** Decisions that are looked at. */
const HISTORY = 1000;

export interface FailedPerson {
  username: string;
  code: ProblemCode;
}

export interface VerificationReport {
  stage: Stage;
  percent: number;
  /** When it was opened, RFC 3339, UTC. */
  since: string;
  /** What it is compared with, and the side of it that is. */
  before: { stage: Stage; percent: number; side: 'local' | 'external' } | null;
  /** Whom the stage brought to the external side, and may sign in. */
  switched: {
    count: number;
    signedIn: number;
    /** They have tried there and never got in. */
    failed: { count: number; reasons: Partial<Record<ProblemCode, number>>; people: FailedPerson[] };
    neverCame: NamedPeople;
  };
  /** Since then, and in the stage before. */
  figures: { now: SideFigures; before: SideFigures };
  gates: Gate[];
  /** Every gate is. */
  passed: boolean;
}

const NOBODY: SideFigures = { people: 0, faulty: 0, refused: 0, successes: 0, p95: null };

/** Looks back on the last stage: what became of those whom it moved, and whether it is sound enough to go on. */
@Injectable()
export class RolloutVerification {
  constructor(
    private readonly policies: RolloutPolicyStore,
    private readonly census: Census,
    private readonly outcomes: OutcomeFigures,
    private readonly came: CameSince,
    private readonly verdicts: GuardrailVerdicts,
    private readonly settings: SettingsService,
  ) {}

  /** Reads everybody: seconds at 100,000 people. */
  async report(): Promise<VerificationReport> {
    const history = await this.policies.history(HISTORY);
    const stretch = stretchOf(history);
    const { current, before, since } = stretch;
    const now = (await this.verdicts.now()) + 1;
    const earlier = before && stretchOf(history.slice(history.indexOf(before)));
    const side = before && ['off', 'shadow'].includes(before.stage) ? 'local' : 'external';
    const [switched, external, baseline, [last]] = await Promise.all([
      this.switched(stretch),
      this.outcomes.of('external', { from: since, to: now }),
      earlier ? this.outcomes.of(side, { from: earlier.since, to: since }) : NOBODY,
      this.verdicts.since(stretch.evidenceSince, 1),
    ]);
    const gates = gatesOf({
      external,
      baseline,
      switched: switched.count,
      came: switched.signedIn + switched.failed.count,
      lastVerdict: last?.verdict ?? null,
      hold: current.hold,
      minUsers: this.settings.get('guardrails', { infer: true }).minUsers,
    });
    return {
      stage: current.stage,
      percent: current.percent,
      since: new Date(since).toISOString(),
      before: before && { stage: before.stage, percent: before.percent, side },
      switched,
      figures: { now: external, before: baseline },
      gates,
      passed: gates.every(({ passed }) => passed),
    };
  }

  private async switched({ current, before, since }: Stretch): Promise<VerificationReport['switched']> {
    const came = await this.came.everybody(since);
    const failures: { username: string; failure: number }[] = [];
    const switched: VerificationReport['switched'] = {
      count: 0,
      signedIn: 0,
      failed: { count: 0, reasons: {}, people: [] },
      neverCame: { count: 0, names: [] },
    };
    for await (const person of this.census.everybody()) {
      if (whyKeptOut(person, 'external') || !changesSide(before, current, person)) continue;
      const attempts = came.get(person.id);
      switched.count++;
      if (attempts?.signedIn) switched.signedIn++;
      else if (attempts?.lastFailure != null)
        failures.push({ username: person.username, failure: attempts.lastFailure });
      else addName(switched.neverCame, person.username);
    }
    const codes = await this.came.codesOf(failures.map(({ failure }) => failure));
    for (const { username, failure } of failures) {
      const code = codes.get(failure) ?? 'internal_error';
      switched.failed.count++;
      switched.failed.reasons[code] = (switched.failed.reasons[code] ?? 0) + 1;
      if (switched.failed.people.length < NAMED) switched.failed.people.push({ username, code });
    }
    return switched;
  }
}

type Person = Parameters<typeof sideUnder>[1] & { account: Parameters<typeof sideUnder>[2] };

const changesSide = (before: RolloutPolicy | null, after: RolloutPolicy, person: Person) =>
  (before === null || sideUnder(before, person, person.account) === 'local') &&
  sideUnder(after, person, person.account) === 'external';

function addName(people: NamedPeople, username: string): void {
  people.count++;
  if (people.names.length < NAMED) people.names.push(username);
}
