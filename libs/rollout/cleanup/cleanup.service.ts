import { basename } from 'node:path';
import { Injectable } from '@nestjs/common';
import { DEAD_AFTER_CLEANUP, SettingsService } from '@cutover/config';
import { Database, Migrator } from '@cutover/database';
import { SessionEnds } from '@cutover/sessions';
import { LocalPasswords } from '@cutover/users';
import { BackupKeys } from '../backup/backup-keys';
import { PrivateFile } from '../backup/format/private-file';
import { sealed } from '../backup/format/sealed-chunks';
import { CleanupRecord, type CleanupState } from './cleanup-record';
import { CleanupSurvey } from './cleanup-survey';
import { gatesClosed, RemovedByOthers } from './errors';
import type { CleanupGate } from './gate';
import { judgeCleanup } from './gates';
import {
  digestOfStored,
  passwordContent,
  readSealedPasswords,
  type SealedPasswords,
} from './sealed-passwords';

export interface CleanupCheck {
  /** Days without local sign-in that were asked for. */
  days: number;
  passed: boolean;
  gates: CleanupGate[];
}

export interface CleanupRequest {
  /** The file that takes the passwords. */
  sealTo: string;
  days: number;
  by: string;
  dryRun: boolean;
  /** @param total passwords to be sealed */
  onStart?: (total: number) => void;
  /** @param done of them */
  onProgress?: (done: number) => void;
}

export interface CleanedUp {
  outcome: 'done' | 'already done' | 'would be done';
  /** Where they were sealed, in a dry run where they would be. */
  file: string;
  /** Sealed; in a dry run those that would be. */
  passwords: number;
  /** Of the file; `null` in a dry run. */
  fileSha256: string | null;
  /** Epoch milliseconds; `null` in a dry run. */
  sealedAt: number | null;
  completedAt: number | null;
  /** Sessions that were opened with a local password, and ended. */
  sessionsEnded: number;
  /** Settings that mean nothing from then on, and those of them that are set here. */
  deadSettings: { names: readonly string[]; setHere: string[] };
}

/** The point of no return: the gates before it, and what happens once all are open. */
@Injectable()
export class CleanupService {
  constructor(
    private readonly database: Database,
    private readonly migrator: Migrator,
    private readonly settings: SettingsService,
    private readonly survey: CleanupSurvey,
    private readonly record: CleanupRecord,
    private readonly passwords: LocalPasswords,
    private readonly keys: BackupKeys,
    private readonly sessions: SessionEnds,
  ) {}

  /** How a clean-up stands that was made, or begun; `null` where none was. */
  state(): Promise<CleanupState | null> {
    return this.record.find();
  }

  async check(days: number): Promise<CleanupCheck> {
    const gates = judgeCleanup(await this.survey.take(days));
    return { days, passed: gates.every(({ passed }) => passed), gates };
  }

  /**
   * Seals all local passwords into one file, reads it back, and only then removes them. Broken off at any point, it is
   * run again: every part of it finds out by itself whether it was done.
   *
   * @throws GatesClosed, ConfigurationError without BACKUP_KEY, BackupFileRefused, RemovedByOthers, MigrationRefused where something
   *   still reads or writes the passwords
   */
  async apply(request: CleanupRequest): Promise<CleanedUp> {
    const state = await this.record.find();
    if (state?.completedAt != null)
      return { ...this.described(state), sessionsEnded: 0, outcome: 'already done' };
    // Cut off between the removal and its end: there is nothing left that a gate could save.
    if (await this.passwords.exist()) {
      const key = this.keys.keyFor(false) as Buffer;
      const { passed, gates } = await this.check(request.days);
      if (!passed) throw gatesClosed(gates);
      if (request.dryRun) return this.preview(request, key);
      await this.seal(request, key, state);
    } else if (state === null) throw new RemovedByOthers();
    else if (request.dryRun) return { ...this.described(state), sessionsEnded: 0, outcome: 'would be done' };
    await this.migrator.contract();
    await this.database.reclaim();
    // From here on no sign-in that was checked against a password is written any more; those of before go now.
    const sessionsEnded = await this.sessions.endAll(
      { byPassword: true, timedOutToo: true },
      'password_removed',
      request.by,
    );
    await this.record.completed(request.by);
    const done = (await this.record.find()) as CleanupState;
    return { ...this.described(done), sessionsEnded, outcome: 'done' };
  }

  private async preview({ sealTo }: CleanupRequest, key: Buffer): Promise<CleanedUp> {
    await readSealedPasswords(sealTo, key); // refuses a file that holds something else
    return {
      outcome: 'would be done',
      file: sealTo,
      passwords: await this.passwords.count(),
      fileSha256: null,
      sealedAt: null,
      completedAt: null,
      sessionsEnded: 0,
      deadSettings: this.deadSettings(),
    };
  }

  private async seal(request: CleanupRequest, key: Buffer, state: CleanupState | null): Promise<void> {
    const { sealTo, by, days } = request;
    const found = await readSealedPasswords(sealTo, key);
    const isGood =
      found !== null &&
      found.passwordsSha256 === (await this.database.snapshot(() => digestOfStored(this.database)));
    const file = isGood ? found : await this.write(request, key);
    if (state?.fileSha256 === file.fileSha256) return;
    await this.record.sealed({ ...file, sealedBy: by, file: basename(sealTo), days });
  }

  private async write(
    { sealTo, onStart, onProgress }: CleanupRequest,
    key: Buffer,
  ): Promise<SealedPasswords> {
    onStart?.(await this.passwords.count());
    const file = await PrivateFile.create(sealTo);
    try {
      const sha256 = await this.database.snapshot(() =>
        file.write(
          sealed(
            passwordContent(this.database, Date.now(), (done) => onProgress?.(done)),
            key,
          ),
        ),
      );
      const verified = await readSealedPasswords(file.unfinished, key);
      if (verified?.fileSha256 !== sha256)
        throw new Error(`${sealTo}: what was written is not what is read back. Nothing was removed.`);
      await file.publish();
      return verified;
    } catch (error) {
      await file.abandon();
      throw error;
    }
  }

  private described(state: CleanupState): Omit<CleanedUp, 'outcome' | 'sessionsEnded'> {
    const { file, passwords, fileSha256, sealedAt, completedAt } = state;
    return { file, passwords, fileSha256, sealedAt, completedAt, deadSettings: this.deadSettings() };
  }

  private deadSettings(): CleanedUp['deadSettings'] {
    const given = this.settings.get('given', { infer: true });
    return {
      names: DEAD_AFTER_CLEANUP,
      setHere: DEAD_AFTER_CLEANUP.filter((name) => given.includes(name)),
    };
  }
}
