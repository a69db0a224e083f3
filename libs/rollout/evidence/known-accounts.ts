import { Injectable } from '@nestjs/common';
import { Database } from '@cutover/database';
import type { ExternalAccountState } from '@cutover/users';
import type { ShadowFinding } from '../shadow/shadow-finding';

/** As sync puts it; `refused`: there is an account, and a shadow check was not let in with it. */
export type AccountKnown = ExternalAccountState | 'refused';

/** What is known of a person's account over there. */
export interface KnownAccount {
  /** `null` while nothing is known. Only `usable` and nothing let a stage send the person there. */
  account: AccountKnown | null;
  /** What the last shadow check found, unless it is out of date; `null` while nothing is known. */
  shadow: ShadowFinding | null;
}

const NOTHING: KnownAccount = { account: null, shadow: null };

interface Row {
  userId: number;
  state: ExternalAccountState | null;
  seenAt: number | null;
  finding: ShadowFinding | null;
  checkedAt: number | null;
  letInAt: Date | string | null;
  linked: number | boolean;
}

const SELECT = `SELECT u.id AS userId, a.state, a.seen_at AS seenAt, s.finding, s.checked_at AS checkedAt,
    u.last_token_refresh AS letInAt, u.external_user_id IS NOT NULL AS linked
  FROM users u LEFT JOIN cutover_external_accounts a ON a.user_id = u.id
  LEFT JOIN cutover_shadow_checks s ON s.user_id = u.id`;

/** What sync and shadow found of people's accounts over there; where they contradict each other, the later. */
@Injectable()
export class KnownAccounts {
  constructor(private readonly database: Database) {}

  async of(userId: number): Promise<KnownAccount> {
    const [row] = await this.database.query<Row>(`${SELECT} WHERE u.id = ?`, [userId]);
    return row ? known(row) : NOTHING;
  }

  /** Of everybody whose id lies between two, both included. */
  async between(first: number, last: number): Promise<(userId: number) => KnownAccount> {
    const rows = await this.database.query<Row>(`${SELECT} WHERE u.id BETWEEN ? AND ?`, [first, last]);
    const byId = new Map(rows.map((row) => [row.userId, known(row)]));
    return (userId) => byId.get(userId) ?? NOTHING;
  }
}

function known({ state, seenAt, finding, checkedAt, letInAt, linked }: Row): KnownAccount {
  if (finding === null || checkedAt === null) return { account: state, shadow: null };
  const syncIsLater = seenAt !== null && seenAt > checkedAt;
  if (isOutOfDate(finding, checkedAt, { letInAt, findsUsable: syncIsLater && state === 'usable' }))
    return { account: state, shadow: null };
  const contradicted = syncIsLater && state !== null && state !== 'usable';
  return { account: contradicted ? state : accountBy(finding, state, Boolean(linked)), shadow: finding };
}

/** The person got in over there since, or sync found an account where there was none. */
function isOutOfDate(
  finding: ShadowFinding,
  checkedAt: number,
  { letInAt, findsUsable }: Pick<Row, 'letInAt'> & { findsUsable: boolean },
): boolean {
  if (finding !== 'opened' && letInAt !== null && instantOf(letInAt) > checkedAt) return true;
  return findsUsable && (finding === 'no_external_account' || finding === 'account_disabled');
}

function accountBy(
  finding: ShadowFinding,
  state: ExternalAccountState | null,
  linked: boolean,
): AccountKnown | null {
  switch (finding) {
    case 'opened':
      return 'usable';
    case 'no_external_account':
      return linked ? 'refused' : 'none'; // the name that was sent has none; the linked account may go by another
    case 'account_disabled':
      return 'disabled';
    case 'conflict':
    case 'mfa_required':
    case 'password_expired':
      return 'refused';
    case 'account_locked': // passes
    case 'password_differs': // the person knows the other one
      return state;
  }
}

const instantOf = (at: Date | string) =>
  typeof at === 'string' ? Date.parse(`${at.replace(' ', 'T')}Z`) : at.getTime();
