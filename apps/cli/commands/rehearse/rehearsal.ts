import { setTimeout as delay } from 'node:timers/promises';
import type { Rollout } from '@cutover/contracts';
import type { GuardrailVerdict, PlannedMovement } from '@cutover/rollout';
import type { LegacyFingerprint } from './copy/legacy-fingerprint';
import type { ScratchDatabase } from './copy/scratch-database';
import { legacyPassword } from './people/known-passwords';
import type { Person } from './people/population';
import type { Seeded } from './people/seeded';
import type { Programs } from './processes/programs';
import type { StandIn } from './processes/stand-in';
import type { RehearsalOptions } from './rehearsal-options';
import type { RehearsalResult, Round } from './rehearsal-result';
import type { PortalClient } from './sign-ins/portal-client';
import { type Outcome, type Promised, roundOf, signInAll } from './sign-ins/round';

/** Milliseconds within which every process follows a decision (design section 4). */
const IN_FORCE = 5000;

/** What a change of the rollout answers. */
export interface Decided {
  rollout: Rollout;
  moves: PlannedMovement;
}

/** What the copy is made from, besides people. */
export interface Source {
  /** Statements that make the empty legacy table. */
  definition: string[];
  /** Opens {@link RehearsalOptions.fromBackup}. */
  backupKey: string | null;
}

/** One rehearsal under way: what its steps share. */
export class Rehearsal {
  people: Person[] = [];
  sample: Person[] = [];
  /** The legacy columns, by the table before the schema steps. */
  columns: string[] = [];
  start: LegacyFingerprint | null = null;
  /** Schema steps that were applied, to be taken back. */
  schemaSteps = 0;
  standIn: StandIn | null = null;
  /** People who were linked when the copy was backed up. */
  links = 0;
  /** Active people on each side under the decision in force. */
  sides: Round['people'] = null;

  constructor(
    readonly options: RehearsalOptions,
    readonly folder: string,
    readonly source: Source,
    readonly scratch: ScratchDatabase,
    readonly programs: Programs,
    readonly portal: PortalClient,
    readonly seeded: Seeded,
    readonly result: RehearsalResult,
    private readonly aborted: AbortSignal,
  ) {}

  /** People whose promise can be told from what they were made as; a backup's people are as they are. */
  get isMade(): boolean {
    return this.options.fromBackup === null;
  }

  get testUsers(): Person[] {
    return this.sample
      .filter(({ active, admin, pin, namesake, account, username }) => {
        const plain = active && !admin && pin === null && !namesake && account === 'usable';
        return plain && !username.includes(',');
      })
      .slice(0, 3);
  }

  /** Waits. @throws where the operator stops the rehearsal */
  wait = (milliseconds: number) => delay(milliseconds, undefined, { signal: this.aborted });

  /** Makes a decision with `cutover rollout …` and waits until the API follows it. */
  async decide(args: string[]): Promise<Decided> {
    const decided = await this.programs.cutover<Decided>(['rollout', ...args]);
    this.sides = decided.moves.people;
    await this.inForce();
    return decided;
  }

  /** An administrator who looks at the decision makes the API read it; where there is none, time does. */
  async inForce(): Promise<void> {
    const admin = this.people.find(
      (person) => person.admin && person.active && !person.namesake && !person.pin,
    );
    const seen = admin && (await this.portal.decisionSeenBy(admin.username, legacyPassword(admin.id)));
    if (!seen) await this.wait(IN_FORCE);
  }

  /** Everybody of the sample signs in. */
  async round(name: string, promise: Promised, people: readonly Person[] = this.sample): Promise<Outcome[]> {
    const outcomes = await signInAll(this.portal, people);
    this.keep(name, outcomes, promise);
    return outcomes;
  }

  keep(name: string, outcomes: readonly Outcome[], promise: Promised): void {
    this.result.rounds.push({ ...roundOf(name, outcomes, promise), people: this.sides });
  }

  /** What the guardrail said by now, oldest first. */
  async verdicts(): Promise<GuardrailVerdict[]> {
    const rows = await this.scratch.database.query<Record<'reasons' | 'figures', string> & { at: number }>(
      `SELECT at, stage, percent, verdict, reasons, figures, action FROM cutover_guardrail_verdicts
       WHERE verdict IS NOT NULL ORDER BY at`,
    );
    return rows.map(
      (row) =>
        ({
          ...row,
          at: new Date(Number(row.at)).toISOString(),
          reasons: JSON.parse(row.reasons) as unknown,
          figures: JSON.parse(row.figures) as unknown,
        }) as GuardrailVerdict,
    );
  }
}
