import { Injectable } from '@nestjs/common';
import { Coalescer, Database } from '@cutover/database';
import { AuditTrail, type NotedEntry } from '@cutover/operations';
import { UserRepository } from '@cutover/users';
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
  private readonly writes: Coalescer<SessionStart, undefined>;

  constructor(
    private readonly database: Database,
    private readonly sessions: SessionStore,
    private readonly providerTokens: ProviderTokenStore,
    private readonly users: UserRepository,
    private readonly audit: AuditTrail,
  ) {
    this.writes = new Coalescer(async (starts) => {
      await this.database.transaction(() => this.writeAll(starts));
      return starts.map(() => undefined);
    }, LARGEST_SET);
  }

  /** @throws ServiceUnavailable */
  async write(start: SessionStart): Promise<void> {
    await this.writes.add(start);
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
