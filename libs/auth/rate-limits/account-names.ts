import { createHmac, hkdfSync } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { SettingsService } from '@cutover/config';
import { ExternalAccounts, foldName, type UserRecord, UserRepository } from '@cutover/users';
import { canonicalName } from './canonical-name';

/** Rows that one name may stand for; a legacy table may have an address a thousand times. */
const MOST_ROWS = 5;

/** What an attempt at the external side counts for. */
export interface CountedName {
  /** HMACs of all the names of the account: whoever uses one of them takes from each. */
  keys: readonly string[];
  /** The linked row whose person has exactly this name over there, where none was found by what was typed. */
  owner: UserRecord | null;
}

/** Finds out which account an attempt is at, however its name is spelled: by everything that is known to be its name. */
@Injectable()
export class AccountNames {
  private readonly key: Buffer;
  private readonly isCounted: boolean;

  constructor(
    private readonly users: UserRepository,
    private readonly accounts: ExternalAccounts,
    private readonly settings: SettingsService,
  ) {
    const { perAccount, perAccountHour } = settings.get('rateLimits', { infer: true });
    this.isCounted = perAccount > 0 || perAccountHour > 0;
    const [secret = ''] = settings.get('secrets', { infer: true }).localJwtSecrets;
    this.key = Buffer.from(hkdfSync('sha256', secret, '', 'cutover rate limit names', 32));
  }

  /** What nobody is called may be anything, a password typed into the wrong field too: it is not kept in clear. */
  hidden(name: string): string {
    return createHmac('sha256', this.key).update(name).digest('base64url');
  }

  /** Of a name that only the local side looks at. */
  local(username: string): string {
    return this.hidden(foldName(username));
  }

  /**
   * @param sent the name as the external side gets it
   * @param user the one row that was found by what was typed
   * @throws ServiceUnavailable
   */
  async external(sent: string, user: UserRecord | null): Promise<CountedName> {
    if (!this.isCounted) return { keys: [], owner: null };
    const domain = this.settings.get('externalAuth', { infer: true })?.usernameDomain ?? null;
    const canonical = (name: string) => canonicalName(name, domain);
    const rows = user ? [user] : await this.rowsBehind(sent, canonical(sent));
    const upns = await this.upnsOf(rows);
    const overThere = ({ id, azureEmail }: UserRecord) =>
      [azureEmail, upns.get(id)].filter((name) => name != null);
    const names = rows.flatMap((row) => [row.username, row.email ?? '', ...overThere(row)]).filter(Boolean);
    return {
      keys: [...new Set([sent, ...names].map(canonical))].map((name) => this.hidden(name)),
      // Linked, so the external side's word, and no address that somebody once gave the legacy application.
      owner: rows.find((row) => row.externalUserId !== null && overThere(row).some(isCalled(sent))) ?? null,
    };
  }

  /** Rows that may have this name over there though nobody is called so here. */
  private async rowsBehind(sent: string, canonical: string): Promise<UserRecord[]> {
    const [local = '', host] = canonical.split('@', 2);
    const plain = sent.normalize('NFKC').replace(/\s/g, '');
    const [owners, byEmail, ...byUsername] = await Promise.all([
      this.accounts.ownersOf(host === undefined ? { localPart: local } : { address: canonical }),
      this.users.findByEmail(plain),
      ...[...new Set([plain, local])].map((name) => this.users.findByUsername(name)),
    ]);
    const rows = [
      ...(await this.byIds(owners)),
      ...byUsername.flatMap((match) => (match.outcome === 'one' ? [match.user] : [])),
      ...byEmail.toSorted(
        (one, other) => Number(other.externalUserId !== null) - Number(one.externalUserId !== null),
      ),
    ];
    return [...new Map(rows.map((row) => [row.id, row])).values()].slice(0, MOST_ROWS);
  }

  private async byIds(ids: readonly number[]): Promise<UserRecord[]> {
    const rows = await Promise.all(ids.map((id) => this.users.findById(id)));
    return rows.filter((row) => row !== null);
  }

  private async upnsOf(rows: readonly UserRecord[]): Promise<ReadonlyMap<number, string | null>> {
    return new Map(
      await Promise.all(rows.map(async ({ id }) => [id, await this.accounts.upnOf(id)] as const)),
    );
  }
}

/** Whole, or but for the domain that was not typed. */
const isCalled = (sent: string) => (name: string) =>
  canonicalName(sent, '') === canonicalName(sent.includes('@') ? name : (name.split('@', 1)[0] ?? ''), '');
