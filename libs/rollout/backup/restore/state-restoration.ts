import { isDeepStrictEqual } from 'node:util';
import { add } from '../named-people';
import type { BackedUpPerson, Row } from '../format/records';
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

  async batch(people: BackedUpPerson[], idOf: (user: Row) => number): Promise<void> {
    const ids = people.map(({ user }) => idOf(user));
    await this.pins(people, ids);
    await this.accounts(people, ids);
  }

  private regains({ user }: BackedUpPerson, gains: 'pin'): void {
    const { users } = this.pass.tables;
    const [id, username] = [Number(user[users.at('id')]), String(user[users.at('username')])];
    add(this.report.privileges, { id, username, gains });
  }

  private async pins(people: BackedUpPerson[], ids: number[]): Promise<void> {
    const { state } = this.pass.tables;
    const now = await this.present(state, ids);
    const added: Row[] = [];
    const changed: Row[] = [];
    for (const [index, person] of people.entries()) {
      const before = now.get(ids[index] ?? -1);
      if (before) {
        const after = [...before];
        for (const column of PIN) after[state.at(column)] = person.state?.[state.at(column)] ?? null;
        if (!isDeepStrictEqual(before, after)) changed.push(after);
      } else if (person.state) {
        added.push(person.state);
      }
      const [then, today] = [person.state?.[state.at('pin')] ?? null, before?.[state.at('pin')] ?? null];
      if (then !== null && then !== today) this.regains(person, 'pin');
    }
    this.report.pins += changed.length + added.filter((row) => row[state.at('pin')] !== null).length;
    if (!this.pass.writes) return;
    if (changed.length > 0) await state.update('user_id', changed, PIN);
    if (added.length > 0) await state.insert(added);
  }

  private async accounts(people: BackedUpPerson[], ids: number[]): Promise<void> {
    const { account } = this.pass.tables;
    const now = await this.present(account, ids);
    const differing = people
      .map(({ account: before }, index) => ({ id: ids[index] ?? -1, before }))
      .filter(({ id, before }) => !isDeepStrictEqual(now.get(id) ?? null, before));
    this.report.accounts += differing.length;
    for (const [index, { user, account: before }] of people.entries()) {
      const id = ids[index] ?? -1;
      if (this.isKeptOut(user, now.get(id) ?? null) && !this.isKeptOut(user, before))
        add(this.report.privileges, {
          id,
          username: String(user[this.pass.tables.users.at('username')]),
          gains: 'active',
        });
    }
    if (!this.pass.writes || differing.length === 0) return;
    await this.pass.database.execute(
      `DELETE FROM ${account.name} WHERE user_id IN (${places(differing)})`,
      differing.map(({ id }) => id),
    );
    const rows = differing.flatMap(({ before }) => (before === null ? [] : [before]));
    if (rows.length > 0) await account.insert(rows);
  }

  /** A sync has learned since that a linked person has left: the backup would let them in again. */
  private isKeptOut(user: Row, account: Row | null): boolean {
    const { users, account: accounts } = this.pass.tables;
    const state = account?.[accounts.at('state')];
    return user[users.at('external_user_id')] !== null && (state === 'disabled' || state === 'gone');
  }

  private async present(table: Table, ids: number[]): Promise<Map<number, Row>> {
    const rows = await table.rows(`WHERE user_id IN (${places(ids)})${this.pass.lock}`, ids);
    return new Map(rows.map((row) => [Number(row[table.at('user_id')]), row]));
  }
}
