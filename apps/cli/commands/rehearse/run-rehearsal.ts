import { createHash } from 'node:crypto';
import { createReadStream, mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { legacyDefinition } from './copy/legacy-table';
import { ScratchDatabase } from './copy/scratch-database';
import { Deployment } from './deployment';
import { BackupUnreadable } from './errors';
import { HASH_COSTS } from './people/known-passwords';
import { Seeded } from './people/seeded';
import { artefactsBeside } from './processes/artefacts';
import { childSettings } from './processes/child-settings';
import { Programs } from './processes/programs';
import { Rehearsal, type Source } from './rehearsal';
import type { RehearsalOptions } from './rehearsal-options';
import type { RehearsalResult } from './rehearsal-result';
import { script } from './script';
import { PortalClient } from './sign-ins/portal-client';
import { conclude, concludeRounds } from './verdict';

export interface Rehearsed {
  result: RehearsalResult;
  /** The private folder, where it was kept. */
  folder: string | null;
  recorded: boolean;
}

interface Reporter {
  onStart(steps: number): void;
  onStep(done: number, name: string, took: number): void;
}

/**
 * The whole migration on a copy, and the whole way back. What goes wrong on the way is a finding, not an error; nothing of it
 * is left behind but what the operator asked to keep.
 *
 * @throws ScratchRefused, ProgramMissing, ConfigurationError, ServiceUnavailable before anything was done
 */
export async function runRehearsal(options: RehearsalOptions, reporter: Reporter): Promise<Rehearsed> {
  const folder = mkdtempSync(join(tmpdir(), 'cutover-rehearsal-'));
  const stop = new AbortController();
  let begun = false;
  const onSignal = () => stop.abort(new Error('The operator stopped the rehearsal.'));
  for (const signal of SIGNALS) process.on(signal, onSignal);
  try {
    const { artefacts, deployment, isThere, scratch } = await opened(options, folder);
    const settings = childSettings(scratch.url, options.fallback);
    const programs = new Programs(artefacts, folder, settings.common);
    let result: RehearsalResult;
    try {
      const source = await sourceFor(options, deployment, scratch);
      result = emptyResult(options, scratch, await sourceOf(options, deployment), settings.stated);
      begun = true;
      const [portal, seeded] = [new PortalClient(stop.signal), new Seeded(options.seed)];
      await play(
        new Rehearsal(options, folder, source, scratch, programs, portal, seeded, result, stop.signal),
        reporter,
        stop.signal,
      );
    } finally {
      await programs.endAll();
      if (!options.keep || !begun) await scratch.remove();
      await scratch.close();
    }
    const recorded = isThere && (await isRecorded(deployment, result));
    return { result, folder: options.keep ? folder : null, recorded };
  } finally {
    for (const signal of SIGNALS) process.off(signal, onSignal);
    if (!options.keep || !begun) rmSync(folder, { recursive: true, force: true });
  }
}

/** Everything that can be refused before anything is done. @throws as {@link runRehearsal} */
export async function checkRehearsal(options: RehearsalOptions): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'cutover-rehearsal-'));
  try {
    const { deployment, scratch } = await opened(options, folder);
    try {
      await sourceFor(options, deployment, scratch);
      await sourceOf(options, deployment);
    } finally {
      await scratch.remove();
      await scratch.close();
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function opened({ database }: RehearsalOptions, folder: string) {
  const artefacts = artefactsBeside(mainFile());
  const deployment = new Deployment(folder);
  const isThere = await deployment.isThere();
  const scratch = await ScratchDatabase.open({ database, folder }, deployment.connection);
  return { artefacts, deployment, isThere, scratch };
}

/** Half an hour's report is not thrown away because one line could not be written. */
async function isRecorded(deployment: Deployment, result: RehearsalResult): Promise<boolean> {
  try {
    await deployment.record(result);
    return true;
  } catch (error) {
    result.cautions.push(`The outcome is not in the audit trail of this deployment: ${messageOf(error)}`);
    return false;
  }
}

const SIGNALS = ['SIGINT', 'SIGTERM'] as const;

/** This program as it was started. */
const mainFile = () => join(__dirname, 'main.js');

async function play(rehearsal: Rehearsal, reporter: Reporter, stopped: AbortSignal): Promise<void> {
  const { result, programs } = rehearsal;
  const startedAt = performance.now();
  const steps = script(rehearsal.options.fromBackup !== null);
  reporter.onStart(steps.length);
  const onStop = () => programs.endAll();
  stopped.addEventListener('abort', onStop, { once: true });
  try {
    for (const [index, { name, work }] of steps.entries()) {
      const since = performance.now();
      try {
        stopped.throwIfAborted();
        await work(rehearsal);
      } catch (error) {
        const reason = stopped.aborted ? (stopped.reason as Error).message : messageOf(error);
        result.findings.push(`${name}: ${reason}`);
        concludeRounds(result);
        if (result.verdicts.length === 0) result.verdicts = await rehearsal.verdicts().catch(() => []);
        return;
      } finally {
        const took = Math.round(performance.now() - since);
        result.steps.push({ name, took });
        reporter.onStep(index + 1, name, took);
      }
    }
    conclude(result);
    if (result.findings.length === 0) result.outcome = 'go';
  } finally {
    stopped.removeEventListener('abort', onStop);
    result.took = Math.round(performance.now() - startedAt);
    result.memory = { ...programs.peakMemory(), rehearsal: process.resourceUsage().maxRSS * 1024 };
  }
}

const messageOf = (error: unknown) => (error instanceof Error ? error.message : String(error));

async function sourceFor(
  { fromBackup }: RehearsalOptions,
  deployment: Deployment,
  { database }: ScratchDatabase,
): Promise<Source> {
  const standard = legacyDefinition(database.engine);
  if (fromBackup === null) return { definition: standard, backupKey: null };
  return {
    definition: (await deployment.legacyDefinition(database.engine)) ?? standard,
    backupKey: deployment.backupKey(),
  };
}

async function sourceOf(
  { fromBackup }: RehearsalOptions,
  deployment: Deployment,
): Promise<RehearsalResult['source']> {
  if (fromBackup === null) return { kind: 'made' };
  const digest = createHash('sha256');
  try {
    for await (const chunk of createReadStream(fromBackup)) digest.update(chunk as Buffer);
  } catch (error) {
    throw new BackupUnreadable(fromBackup, error);
  }
  const sha256 = digest.digest('hex');
  return { kind: 'backup', file: basename(fromBackup), sha256, known: await deployment.knowsBackup(sha256) };
}

function emptyResult(
  { users, sample, seed, database, fromBackup }: RehearsalOptions,
  { version }: ScratchDatabase,
  source: RehearsalResult['source'],
  settings: Record<string, string>,
): RehearsalResult {
  const { bcrypt, argon2Memory, argon2Passes, pbkdf2Iterations } = HASH_COSTS;
  const costs = `bcrypt 2^${bcrypt}, argon2 ${argon2Memory} KiB x ${argon2Passes}, PBKDF2 ${pbkdf2Iterations}`;
  return {
    outcome: 'no-go',
    findings: [],
    cautions: [
      `Password hashes are cheaper than real ones (${costs}), and the provider is a stand-in on this machine: the times say how the sides compare here, not how long people will wait.`,
    ],
    startedAt: new Date().toISOString(),
    took: 0,
    version: process.version,
    machine: `${process.platform} ${process.arch}, ${availableParallelism()} core(s)`,
    database: `${version}${database === null ? ', a file of its own' : ', a scratch database'}`,
    source,
    users: fromBackup === null ? users : 0,
    sample,
    seed,
    settings,
    steps: [],
    rounds: [],
    sync: null,
    readiness: null,
    verdicts: [],
    automatic: null,
    gates: [],
    manual: null,
    restore: null,
    restoredFrom: null,
    undo: null,
    legacy: null,
    memory: { cli: 0, cliCommand: '', api: 0, standIn: 0, rehearsal: 0 },
  };
}
