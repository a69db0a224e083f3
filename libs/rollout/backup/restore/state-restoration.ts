import { isDeepStrictEqual } from 'node:util';
import type { Pin } from '@cutover/contracts';
import { departureOf, whyKeptOut } from '@cutover/users';
import { add } from '../named-people';
import type { BackedUpPerson, Row, Value } from '../format/records';
import type { Table } from '../table';
import type { Pass } from './pass';
import type { RestoreReport } from './restore-report';

const PIN = ['pin', 'pin_set_by', 'pin_set_at'];
const places = (values: unknown[]) => values.map(() => '?').join(', ');

/** What stands beside people's rows. When they last signed in is no decision, and stays as it is known now. */
export class StateRestoration {
  constructor(
    private readonly pass: Pass,
    private readonly report: RestoreReport,
  ) {}

  /** @param users whose rows are there, as they were before */
  async batch(people: BackedUpPerson[], users: ReadonlyMap<number, Row>): Promise<void> {
    const ids = people.map(({ user }) => this.idOf(user));
    const { state, account } = this.pass.tables;
    const states = await this.present(state, ids);
    const accounts = await this.present(account, ids);
    for (const person of people) {
      const id = this.idOf(person.user);
      const now = { user: users.get(id), state: states.get(id), account: accounts.get(id) };
      this.compare(person, now);
    }
    await this.pins(people, states);
    await this.accounts(people, accounts);
  }

  private compare(then: BackedUpPerson, now: Partial<BackedUpPerson>): void {
    const pin = this.pinOf(then.state);
    if (pin !== null && pin !== this.pinOf(now.state)) this.regains(then, 'pin');
    if (now.user === undefined) return;
    const state = now.state ? this.withPin(now.state, then.state) : then.state;
    if (this.isKeptOut({ ...now, user: now.user }) && !this.isKeptOut({ ...then, state }))
      this.regains(then, 'active');
  }

  private regains({ user }: BackedUpPerson, gains: 'pin' | 'active'): void {
    const username = String(user[this.pass.tables.users.at('username')]);
    add(this.report.privileges, { id: this.idOf(user), username, gains });
  }

  private async pins(people: BackedUpPerson[], now: ReadonlyMap<number, Row>): Promise<void> {
    const { state } = this.pass.tables;
    const added: Row[] = [];
    const changed: Row[] = [];
    for (const person of people) {
      const before = now.get(this.idOf(person.user));
      if (before) {
        const after = this.withPin(before, person.state);
        if (!isDeepStrictEqual(before, after)) changed.push(after);
      } else if (person.state) {
        added.push(person.state);
      }
    }
    this.report.pins += changed.length + added.filter((row) => this.pinOf(row) !== null).length;
    if (!this.pass.writes) return;
    if (changed.length > 0) await state.update('user_id', changed, PIN);
    if (added.length > 0) await state.insert(added);
  }

  private async accounts(people: BackedUpPerson[], now: ReadonlyMap<number, Row>): Promise<void> {
    const { account } = this.pass.tables;
    const differing = people
      .map(({ user, account: before }) => ({ id: this.idOf(user), before }))
      .filter(({ id, before }) => !isDeepStrictEqual(now.get(id) ?? null, before));
    this.report.accounts += differing.length;
    if (!this.pass.writes || differing.length === 0) return;
    await this.pass.database.execute(
      `DELETE FROM ${account.name} WHERE user_id IN (${places(differing)})`,
      differing.map(({ id }) => id),
    );
    const rows = differing.flatMap(({ before }) => (before === null ? [] : [before]));
    if (rows.length > 0) await account.insert(rows);
  }

  /** It has been learned since that a linked person has left: the backup would let them in again, with the link or without. */
  private isKeptOut({
    user,
    state,
    account,
  }: Partial<BackedUpPerson> & Pick<BackedUpPerson, 'user'>): boolean {
    const { tables } = this.pass;
    const users = at(tables.users, user);
    const states = at(tables.state, state);
    const accounts = at(tables.account, account);
    const departure = departureOf({
      accountState: accounts('state'),
      accountSeenAt: accounts('seen_at'),
      accountConfirmedAt: accounts('confirmed_at'),
      lastExternalRefusal: states('last_external_refusal'),
      lastExternalRefusalAt: states('last_external_refusal_at'),
      lastTokenRefresh: users('last_token_refresh'),
    });
    const [pin, externalUserId] = [this.pinOf(state), users<string>('external_user_id')];
    return whyKeptOut({ active: true, breakGlass: false, pin, externalUserId, departure }, 'local') !== null;
  }

  private withPin(row: Row, from: Row | null): Row {
    const { state } = this.pass.tables;
    const after = [...row];
    for (const column of PIN) after[state.at(column)] = from?.[state.at(column)] ?? null;
    return after;
  }

  private readonly pinOf = (state: Row | null | undefined) => at(this.pass.tables.state, state)<Pin>('pin');
  private readonly idOf = (user: Row) => Number(user[this.pass.tables.users.at('id')]);

  private async present(table: Table, ids: number[]): Promise<Map<number, Row>> {
    const rows = await table.rows(`WHERE user_id IN (${places(ids)})${this.pass.lock}`, ids);
    return new Map(rows.map((row) => [Number(row[table.at('user_id')]), row]));
  }
}

/** Its columns by name; `null` for one that an older backup does not have. */
const at =
  (table: Table, row: Row | null | undefined) =>
  <T extends Value>(column: string) =>
    (row?.[table.at(column)] ?? null) as T | null;
