import { isDeepStrictEqual } from 'node:util';
import { Injectable } from '@nestjs/common';
import { Database, isDuplicate } from '@cutover/database';
import { AuditTrail } from '@cutover/operations';
import { Source } from '../export/source';
import { peopleAfter, peopleBetween, peopleToChange } from '../matching/people-reader';
import type { Person } from '../matching/person';
import type { PlanHeader, PlanLine } from '../plan/plan-file';
import { type Acceptance, assertAccepted, assertComplete } from '../plan/acceptance';
import { EarlierRuns } from '../plan/earlier-runs';
import { type Leavers, LeaverCount } from '../plan/leavers';
import type { Listed, NamedReason } from '../plan/listed';
import { PlanReader } from '../plan/plan-reader';
import { Drift } from './drift';
import { AccountTaken, PlanChanged, RunElsewhere } from './errors';
import { writeFacts } from './facts-writer';
import { type RunFigures, type SyncChange, SyncLedger, type SyncRun } from './sync-ledger';

export interface ApplyRequest extends Acceptance {
  plan: string;
  by: string;
  dryRun: boolean;
  /** @param total people whom the plan changes */
  onStart?: (total: number) => void;
  /** @param done of them */
  onProgress?: (done: number) => void;
}

export interface Applied extends RunFigures {
  /** `null` in a dry run of a plan that was not begun. */
  run: string | null;
  /** Whether an earlier call has done all of it. */
  already: boolean;
  /** Whom it newly keeps out; the names are known where this call began the run, or would. */
  keptOut: Listed<NamedReason>;
  /** Linked people without a usable account whom an exception lets in. */
  excepted: Listed<NamedReason>;
}

/** People changed in one transaction, or compared at once. */
const BATCH = 500;

/**
 * Brings a plan into the database: in batches, each with its place in the ledger in the same transaction, so that a
 * process that was killed leaves a run that the next call goes on with.
 */
@Injectable()
export class PlanApplication {
  constructor(
    private readonly database: Database,
    private readonly ledger: SyncLedger,
    private readonly earlier: EarlierRuns,
    private readonly audit: AuditTrail,
  ) {}

  /**
   * @throws FileRefused for a file that is no plan; PlanDrifted naming the rows that are not what the plan saw;
   * RunElsewhere
   */
  async apply(request: ApplyRequest): Promise<Applied> {
    await new PlanReader(request.plan).assertPlan();
    const sha256 = await sha256Of(request.plan);
    const begun = await this.ledger.runOf(sha256);
    if (begun?.finishedAt != null)
      return { run: begun.id, already: true, ...(await this.ledger.figures(begun)), ...peopleOf(begun) };
    const { header, due, leavers } = await this.check(request.plan, sha256, begun);
    if (!begun) await this.assertAcceptable(header, leavers, request);
    const people = begun ? peopleOf(begun) : { keptOut: leavers.newly, excepted: leavers.excepted };
    if (request.dryRun) return { run: begun?.id ?? null, already: false, ...due, ...people };
    request.onStart?.(due.changed);
    const run = begun ?? (await this.ledger.begin(sha256, header, request.by, leavers.newly.count));
    await this.write(run, header, request, sha256);
    return { run: run.id, already: false, ...(await this.finish(run, header, request.by)), ...people };
  }

  /** What the operator must have confirmed before anything is written; a run that was begun has been. */
  private async assertAcceptable(
    { source, options }: PlanHeader,
    leavers: Leavers,
    accepted: Acceptance,
  ): Promise<void> {
    if (options.complete)
      assertComplete(source.accounts, await this.earlier.lastComplete(), options.acceptFewer);
    assertAccepted(leavers, await this.earlier.leaversOfLastDay(), accepted);
  }

  /** Reads all of the plan and all of the rows before anything is written. */
  private async check(path: string, sha256: string, begun: SyncRun | null) {
    const reader = new PlanReader(path);
    const drift = new Drift();
    const leaving = new LeaverCount();
    const due: RunFigures = { changed: 0, linked: {} };
    let header: PlanHeader | null = null;
    let checked = begun?.lastUserId ?? -1; // what lies before it, the run has changed itself
    for await (const lines of batches(
      reader.lines((read) => (header = read)),
      (line) => line.user > checked,
    )) {
      const last = lines.at(-1)?.user ?? checked;
      const people = await peopleBetween(this.database, checked, last);
      drift.compare(lines, people);
      const learned = new Map(lines.map(({ user, becomes }) => [user, becomes.account]));
      for (const person of people) leaving.add(person, learned.get(person.id) ?? null);
      lines.filter(changes).forEach(({ action, proof }) => {
        due.changed++;
        if (action === 'link' && proof !== null) due.linked[proof] = (due.linked[proof] ?? 0) + 1;
      });
      checked = last;
    }
    for (;;) {
      const people = await peopleAfter(this.database, checked, BATCH);
      const last = people.at(-1);
      if (!last) break;
      drift.compare([], people);
      checked = last.id;
    }
    if (header === null || reader.sha256() !== sha256) throw new PlanChanged(path);
    drift.refuse(begun?.id ?? null);
    return { header: header as PlanHeader, due, leavers: leaving.leavers };
  }

  private async write(
    run: SyncRun,
    header: PlanHeader,
    { plan, onProgress }: ApplyRequest,
    sha256: string,
  ): Promise<void> {
    const reader = new PlanReader(plan);
    let done = 0;
    let at = run;
    const begin = run.lastUserId;
    const confirmed: number[] = [];
    const isDue = (line: PlanLine) => {
      if (!changes(line)) {
        if (isConfirmed(line, header)) confirmed.push(line.user);
        return false;
      }
      return line.user > begin;
    };
    for await (const lines of batches(reader.lines(), isDue)) {
      at = await this.writeBatch(at, header, lines);
      done += lines.length;
      onProgress?.(done);
    }
    if (reader.sha256() !== sha256) throw new PlanChanged(plan);
    const seen = { usable: exportedAt(header, run), other: run.startedAt };
    for (let from = 0; from < confirmed.length; from += BATCH)
      await this.ledger.confirm(confirmed.slice(from, from + BATCH), seen);
  }

  private async writeBatch(run: SyncRun, header: PlanHeader, lines: PlanLine[]): Promise<SyncRun> {
    const upTo = lines.at(-1)?.user ?? run.lastUserId;
    try {
      await this.database.transaction(async () => {
        if (!(await this.ledger.advance(run, upTo))) throw new RunElsewhere(run.id);
        const people = await peopleToChange(
          this.database,
          lines.map(({ user }) => user),
        );
        const drift = new Drift();
        drift.compare(lines, people);
        drift.refuse(run.id);
        const planned = changesOf(run, header, lines, people);
        await writeFacts(
          this.database,
          planned.map(({ userId, before, after }) => ({ userId, from: before, to: after })),
        );
        await this.ledger.add(run, planned);
      });
    } catch (error) {
      throw isDuplicate(error) ? new AccountTaken(run.id) : error;
    }
    return { ...run, lastUserId: upTo, batches: run.batches + 1 };
  }

  private async finish(run: SyncRun, { source }: PlanHeader, by: string): Promise<RunFigures> {
    return this.database.transaction(async () => {
      const figures = await this.ledger.figures(run);
      if (await this.ledger.finish(run)) {
        await this.audit.record({
          action: 'users.synced',
          actor: by,
          subject: `run:${run.id}`,
          outcome: 'success',
          detail: {
            source: source.sha256,
            changed: figures.changed,
            ...figures.linked,
            ...(run.leavers > 0 && { leavers: run.leavers }),
          },
        });
      }
      return figures;
    });
  }
}

const changes = ({ row, becomes }: PlanLine) =>
  row.externalUserId !== becomes.externalUserId || !isDeepStrictEqual(row.account, becomes.account);

function changesOf(run: SyncRun, header: PlanHeader, lines: PlanLine[], people: Person[]): SyncChange[] {
  const byId = new Map(people.map((person) => [person.id, person]));
  return lines.map(({ user, action, proof, becomes }) => {
    const person = byId.get(user);
    const known = person?.account ?? null;
    return {
      userId: user,
      proof: action === 'link' ? proof : null,
      before: { externalUserId: person?.externalUserId ?? null, account: known },
      after: {
        externalUserId: becomes.externalUserId,
        account: becomes.account && {
          ...becomes.account,
          seenAt: becomes.account.state === 'usable' ? exportedAt(header, run) : run.startedAt,
          runId: run.id,
        },
      },
    };
  });
}

/** The export says so once more; a file that holds a part of the directory says nothing of who is missing from it. */
const isConfirmed = ({ account, becomes }: PlanLine, { options }: PlanHeader) =>
  account !== null || (options.complete && becomes.account?.state === 'gone');

/**
 * How old it is, at the least, that an account is fine: the plan's age. What speaks against one counts from when it was
 * applied.
 */
const exportedAt = ({ createdAt }: PlanHeader, { startedAt }: SyncRun) =>
  Math.min(Date.parse(createdAt), Number(startedAt));

/** Of a run that an earlier call began. */
const peopleOf = ({ leavers }: SyncRun): Pick<Applied, 'keptOut' | 'excepted'> => ({
  keptOut: { count: leavers, first: [] },
  excepted: { count: 0, first: [] },
});

/** Those that are wanted, as many at once as a transaction takes. */
async function* batches(
  lines: AsyncIterable<PlanLine>,
  wanted: (line: PlanLine) => boolean,
): AsyncGenerator<PlanLine[]> {
  let batch: PlanLine[] = [];
  for await (const line of lines) {
    if (!wanted(line)) continue;
    batch.push(line);
    if (batch.length < BATCH) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}

async function sha256Of(path: string): Promise<string> {
  const source = new Source(path);
  for await (const _chunk of source.bytes());
  return source.sha256();
}
