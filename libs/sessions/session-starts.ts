import { Injectable } from '@nestjs/common';
import { InvalidCredentials } from '@cutover/contracts';
import { Coalescer, Database } from '@cutover/database';
import { AuditTrail, type NotedEntry } from '@cutover/operations';
import { UserRepository, whyKeptOut } from '@cutover/users';
import { ProviderTokenStore, type SealedProviderTokens } from './provider-token-store';
import { type SessionRow, SessionStore } from './session-store';

/** Everything that a sign-in leaves in the database. */
export interface SessionStart {
  session: SessionRow;
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
    private readonly audit: AuditTrail,
  ) {
    this.writes = new Coalescer(
      (starts) =>
        this.database.transaction(async () => {
          const admitted = new Set(await this.admitted(starts));
          if (admitted.size > 0) await this.writeAll([...admitted]);
          return starts.map((start) => admitted.has(start));
        }),
      LARGEST_SET,
    );
  }

  /** @throws InvalidCredentials where the person is kept out by now; ServiceUnavailable */
  async write(start: SessionStart): Promise<void> {
    if (!(await this.writes.add(start)))
      throw new InvalidCredentials('kept out while the password was being checked');
  }

  private async admitted(starts: readonly SessionStart[]): Promise<SessionStart[]> {
    const people = await this.users.admissible(peopleOf(starts.map(({ session }) => session)));
    return starts.filter(({ session: { userId, authMode } }) => {
      const person = people.get(userId);
      return person && whyKeptOut(person, authMode) === null;
    });
  }

  /** People first and in the order of their ids: their rows are what two processes may both want. */
  private async writeAll(starts: readonly SessionStart[]): Promise<void> {
    const sessions = starts.map(({ session }) => session);
    const external = starts.flatMap(({ session, tokens }) => (tokens ? [{ session, tokens }] : []));
    const at = Math.max(...sessions.map(({ createdAt }) => createdAt));
    await this.users.recordTokenRefreshes(peopleOf(external.map(({ session }) => session)), new Date(at));
    await this.users.recordSignIns(peopleOf(sessions), at);
    await this.sessions.insertAll(sessions);
    await this.providerTokens.insertAll(external.map(({ tokens }) => tokens));
    await this.audit.recordAll(starts.flatMap(({ entries }) => entries));
  }
}

const peopleOf = (sessions: readonly SessionRow[]) =>
  [...new Set(sessions.map(({ userId }) => userId))].sort((a, b) => a - b);
