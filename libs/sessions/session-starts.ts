import { Injectable } from '@nestjs/common';
import { InvalidCredentials } from '@cutover/contracts';
import { Coalescer, Database } from '@cutover/database';
import { AuditTrail, type NotedEntry } from '@cutover/operations';
import { type CheckedCredential, StandingCredentials, UserRepository } from '@cutover/users';
import { ProviderTokenStore, type SealedProviderTokens } from './provider-token-store';
import { type SessionRow, SessionStore } from './session-store';

/** Everything that a sign-in leaves in the database. */
export interface SessionStart {
  session: SessionRow;
  /** What it was opened with; the session is not written where that opens the account no more. */
  credential: CheckedCredential;
  /** `null` for a local session. */
  tokens: SealedProviderTokens | null;
  entries: readonly NotedEntry[];
}

/** Sign-ins in one transaction. */
const LARGEST_SET = 250;

/** Writes sessions as they start, with whatever else starts at the same moment: all of one sign-in, or nothing of it. */
@Injectable()
export class SessionStarts {
  private readonly writes: Coalescer<SessionStart, boolean>;

  constructor(
    private readonly database: Database,
    private readonly sessions: SessionStore,
    private readonly providerTokens: ProviderTokenStore,
    private readonly users: UserRepository,
    private readonly credentials: StandingCredentials,
    private readonly audit: AuditTrail,
  ) {
    this.writes = new Coalescer(
      (starts) => this.database.transaction(() => this.writeStanding(starts)),
      LARGEST_SET,
    );
  }

  /** @throws InvalidCredentials where what was checked opens the account no more; ServiceUnavailable */
  async write(start: SessionStart): Promise<void> {
    if (!(await this.writes.add(start)))
      throw new InvalidCredentials('replaced, or kept out, while it was being checked');
  }

  /**
   * People first and in the order of their ids: their rows are what two processes may both want, and whoever replaces
   * a credential.
   *
   * @returns for each whether it was written
   */
  private async writeStanding(starts: readonly SessionStart[]): Promise<boolean[]> {
    const at = Math.max(...starts.map(({ session }) => session.createdAt));
    await this.credentials.lock(peopleOf(starts));
    const claims = starts.map(({ session: { userId }, credential }) => ({ userId, credential }));
    const stand = await this.credentials.stand(claims);
    const standing = starts.filter((_start, index) => stand[index]);
    if (standing.length > 0) await this.writeAll(standing, at);
    return stand;
  }

  private async writeAll(starts: readonly SessionStart[], at: number): Promise<void> {
    await this.users.recordTokenRefreshes(peopleOf(starts.filter(({ tokens }) => tokens)), new Date(at));
    await this.users.recordSignIns(peopleOf(starts), at);
    await this.sessions.insertAll(starts.map(({ session }) => session));
    await this.providerTokens.insertAll(starts.flatMap(({ tokens }) => tokens ?? []));
    await this.audit.recordAll(starts.flatMap(({ entries }) => entries));
  }
}

const peopleOf = (starts: readonly SessionStart[]) =>
  [...new Set(starts.map(({ session }) => session.userId))].sort((a, b) => a - b);
