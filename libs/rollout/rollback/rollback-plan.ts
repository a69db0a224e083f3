import { type KeptOut, whyKeptOut } from '@cutover/users';
import { add, type Listing, listing, type NamedPerson } from '../backup/named-people';
import type { Standing } from '../evidence/standing';
import type { RolloutPolicy } from '../policy/rollout-policy';
import { sideUnder } from '../policy/side';

/** What becomes of the external sessions that are live. */
export type SessionChoice = 'keep' | 'end';

export interface PinnedPerson extends NamedPerson {
  /** As {@link Affected.problem}: without the pin they would be locked out. */
  problem: string | null;
}

export interface PersonWithoutPassword extends NamedPerson {
  /** `none`, or why the stored hash lets nobody in. */
  problem: string;
  /** May get in today, and could not afterwards. */
  lockedOut: boolean;
}

/** Somebody who may not sign in afterwards, because their account on the external side is disabled or gone. */
export interface KeptOutPerson extends NamedPerson, Pick<KeptOut, 'reason' | 'source' | 'since'> {}

/** What a rollback would meet with. Of each group the first 20 by id are named and all are counted. */
export interface RollbackPlan extends Pick<RolloutPolicy, 'version' | 'stage' | 'percent'> {
  /** The stage is off and a hold stands: nothing is left to decide. */
  already: boolean;
  sessions: SessionChoice;
  /** Active people whose next sign-in changes to the local side. */
  toLocal: number;
  /** Active people of the local side then, whom no local password lets in. */
  withoutPassword: Listing<PersonWithoutPassword>;
  /** Those of them who may get in today. */
  lockedOut: Listing<PersonWithoutPassword>;
  /** Active people who may not sign in then, whatever their password. */
  keptOut: Listing<KeptOutPerson>;
  /** Whom the external side brought in: the legacy application does not know them. */
  createdSince: Listing;
  /** Active people whose pin keeps them on the external side. */
  stillExternal: Listing<PinnedPerson>;
  liveExternal: { sessions: number; people: Listing };
}

/** One person as a rollback sees them. */
export interface Affected {
  person: Standing;
  /** What keeps the local password from letting them in; `null` where nothing does. */
  problem: string | null;
  /** Live ones on the external side. */
  sessions: number;
}

/** Adds up a {@link RollbackPlan}, person by person. */
export class RollbackCount {
  readonly plan: RollbackPlan;
  private readonly after: RolloutPolicy;

  constructor(
    private readonly before: RolloutPolicy,
    sessions: SessionChoice,
  ) {
    const { version, stage, percent, hold } = before;
    this.after = { ...before, stage: 'off' };
    this.plan = {
      version,
      stage,
      percent,
      already: stage === 'off' && hold !== null,
      sessions,
      toLocal: 0,
      withoutPassword: listing(),
      lockedOut: listing(),
      keptOut: listing(),
      createdSince: listing(),
      stillExternal: listing(),
      liveExternal: { sessions: 0, people: listing() },
    };
  }

  add({ person, problem, sessions }: Affected): void {
    const { plan } = this;
    const name = { id: person.id, username: person.username };
    plan.liveExternal.sessions += sessions;
    if (sessions > 0) add(plan.liveExternal.people, name);
    if (!person.hasLocalPassword && person.externalUserId !== null) add(plan.createdSince, name);
    if (!person.active) return;
    const from = sideUnder(this.before, person, person.account);
    const to = sideUnder(this.after, person, person.account);
    const why = whyKeptOut(person, to);
    if (why !== null) return add(plan.keptOut, { ...name, ...why });
    if (to === 'external') return add(plan.stillExternal, { ...name, problem });
    if (from === 'external') plan.toLocal++;
    // A break-glass account has a password of its own.
    if (problem === null || person.breakGlass) return;
    const lockedOut = from === 'external' || (plan.sessions === 'end' && sessions > 0);
    const without = { ...name, problem, lockedOut };
    add(plan.withoutPassword, without);
    if (lockedOut) add(plan.lockedOut, without);
  }

  /** One who was brought in by the external side and has a local password by now. */
  addCreated(person: NamedPerson): void {
    add(this.plan.createdSince, person);
  }
}
