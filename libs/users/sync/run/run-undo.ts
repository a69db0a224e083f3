import { isDeepStrictEqual } from 'node:util';
import { Injectable } from '@nestjs/common';
import { Database } from '@cutover/database';
import { AuditTrail } from '@cutover/operations';
import { peopleToChange } from '../matching/people-reader';
import type { Person } from '../matching/person';
import type { NamedPerson } from '../matching/directory';
import { type Listed, NAMED } from '../plan/listed';
import { RunElsewhere } from './errors';
import { writeFacts } from './facts-writer';
import { type SyncChange, SyncLedger, type SyncRun } from './sync-ledger';

export interface UndoRequest {
  run: string;
  /** Only this person. */
  userId: number | null;
  by: string;
  dryRun: boolean;
  /** @param total changes of the run that stand */
  onStart?: (total: number) => void;
  /** @param done of them */
  onProgress?: (done: number) => void;
}

export interface Undone {
  run: string;
  /** People who are as they were before the run. */
  reversed: number;
  /** People whom something has changed since, or whom the external side has since called disabled: left as they are. */
  left: Listed<NamedPerson>;
}

/** People in one transaction. */
const BATCH = 500;

/**
 * Takes a run back, or what it did to one person: exactly, and only where everything is still as the run left it. People
 * whose account the external side has since called disabled keep their link, unless an operator names them. It can be
 * cut off and run again.
 */
@Injectable()
export class RunUndo {
  constructor(
    private readonly database: Database,
    private readonly ledger: SyncLedger,
    private readonly audit: AuditTrail,
  ) {}

  /** @throws NotFound for a run that never was, RunElsewhere */
  async undo({ run: id, userId, by, dryRun, onStart, onProgress }: UndoRequest): Promise<Undone> {
    const run = await this.ledger.find(id);
    const undone: Undone = { run: id, reversed: 0, left: { count: 0, first: [] } };
    onStart?.(await this.ledger.standing(run, userId));
    // First of all: from now on no process goes on with the run.
    if (!dryRun && userId === null) await this.ledger.markRunUndone(run, by);
    for (let after = -1, done = 0; ;) {
      const changes = await this.ledger.changesAfter(run, after, userId, BATCH);
      const last = changes.at(-1);
      if (!last) break;
      const left = await this.undoBatch(run, changes, { dryRun, byName: userId !== null });
      undone.reversed += changes.length - left.length;
      undone.left.count += left.length;
      undone.left.first.push(...left.slice(0, NAMED - undone.left.first.length));
      after = last.userId;
      onProgress?.((done += changes.length));
    }
    if (!dryRun && undone.reversed > 0) await this.record(undone, userId, by);
    return undone;
  }

  /** @returns who was left */
  private async undoBatch(
    run: SyncRun,
    changes: SyncChange[],
    { dryRun, byName }: { dryRun: boolean; byName: boolean },
  ): Promise<NamedPerson[]> {
    return this.database.transaction(async () => {
      const people = await peopleToChange(
        this.database,
        changes.map(({ userId }) => userId),
      );
      const byId = new Map(people.map((person) => [person.id, person]));
      const reversible = changes.filter((change) => {
        const person = byId.get(change.userId);
        return isAs(change.after, person) && (byName || !wouldLetIn(change, person));
      });
      if (!dryRun) {
        if (
          !(await this.ledger.markUndone(
            run,
            reversible.map(({ userId }) => userId),
          ))
        )
          throw new RunElsewhere(run.id);
        await writeFacts(
          this.database,
          reversible.map(({ userId, before, after }) => ({ userId, from: after, to: before })),
        );
      }
      return changes
        .filter((change) => !reversible.includes(change))
        .map(({ userId }) => ({ id: userId, username: byId.get(userId)?.username ?? '(gone)' }));
    });
  }

  private async record({ run, reversed, left }: Undone, userId: number | null, by: string): Promise<void> {
    await this.audit.record({
      action: 'users.sync_undone',
      actor: by,
      subject: userId === null ? `run:${run}` : `user:${userId}`,
      outcome: 'success',
      detail: { run, reversed, left: left.count },
    });
  }
}

/** Without the link, nothing would keep out a person whose account the external side has since called disabled. */
const wouldLetIn = ({ before, after }: SyncChange, person: Person | undefined) =>
  before.externalUserId === null && after.externalUserId !== null && person?.departure?.source === 'refusal';

const isAs = (after: SyncChange['after'], person: Person | undefined) =>
  person?.externalUserId === after.externalUserId && isDeepStrictEqual(person.account, after.account);
