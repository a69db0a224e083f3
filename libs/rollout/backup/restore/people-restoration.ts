import { isDeepStrictEqual } from 'node:util';
import { isActive } from '@cutover/users';
import { RestoreConflict } from '../errors';
import type { BackedUpPerson, Row, Value } from '../format/records';
import { add, listing, type NamedPerson, named } from '../named-people';
import { CLAIMED, NameClaims } from './name-claims';
import type { Pass } from './pass';
import type { RestoreReport } from './restore-report';
import { StateRestoration } from './state-restoration';

/** Brings people back, a batch at a time and by id: their rows, pins, and what is known of their accounts. */
export class PeopleRestoration {
  private readonly claims: NameClaims;
  private readonly state: StateRestoration;
  /** Ids of people who are not in the backup. */
  private readonly left = new Set<number>();
  private upTo = -1;

  constructor(
    private readonly pass: Pass,
    private readonly report: RestoreReport,
  ) {
    this.claims = new NameClaims(pass);
    this.state = new StateRestoration(pass, report);
  }

  /**
   * @param people the next ones by id, at least one
   * @returns ids of those whose password it replaces, or takes away
   */
  async batch(people: BackedUpPerson[]): Promise<number[]> {
    const { users } = this.pass.tables;
    const last = this.idOf(people.at(-1)?.user ?? []);
    const now = await this.present('WHERE id > ? AND id <= ?', [this.upTo, last]);
    for (const { user } of people) this.compare(user, now.get(this.idOf(user)));
    const wanted = new Set(people.map(({ user }) => this.idOf(user)));
    for (const [id, row] of now) if (!wanted.has(id)) this.leave(id, row);
    this.upTo = last;

    const rows = people.map(({ user }) => user);
    const added = rows.filter((row) => !now.has(this.idOf(row)));
    const changed = rows.filter(
      (row) => now.has(this.idOf(row)) && !isDeepStrictEqual(now.get(this.idOf(row)), row),
    );
    const renamed = changed.filter((row) => this.isRenamed(row, now.get(this.idOf(row)) ?? []));
    await this.claims.take([...renamed, ...added], renamed.length);
    if (this.pass.writes && changed.length > 0)
      await users.update('id', changed, this.differing(changed, now, renamed.length > 0));
    if (this.pass.writes && added.length > 0) await users.insert(added);
    await this.state.batch(people, now);
    this.report.users += people.length;
    return changed
      .filter((row) => this.differs(row, now.get(this.idOf(row)) ?? [], 'hashed_password'))
      .map(this.idOf);
  }

  /** @throws RestoreConflict */
  async finish(): Promise<void> {
    for (;;) {
      const now = await this.present('WHERE id > ? ORDER BY id LIMIT 1000', [this.upTo]);
      if (now.size === 0) break;
      for (const [id, row] of now) {
        this.leave(id, row);
        this.upTo = Math.max(this.upTo, id);
      }
    }
    const conflicts = listing();
    for (const holder of this.claims.holders) if (this.left.has(holder.id)) add(conflicts, holder);
    if (conflicts.count > 0) throw new RestoreConflict(named(conflicts));
  }

  private compare(user: Row, now: Row | undefined): void {
    const person = this.personOf(user);
    if (!now) {
      add(this.report.privileges, { ...person, gains: 'row' });
      return add(this.report.added, person);
    }
    if (isDeepStrictEqual(user, now)) return;
    add(this.report.changed, person);
    const { users } = this.pass.tables;
    const value = (row: Row, column: string) => row[users.at(column)];
    if (saysActive(value(user, 'is_active')) && !saysActive(value(now, 'is_active')))
      add(this.report.privileges, { ...person, gains: 'active' });
    const regains = (column: string) => value(user, column) !== null && this.differs(user, now, column);
    if (regains('role') && value(user, 'role') !== 'user')
      add(this.report.privileges, { ...person, gains: value(user, 'role') === 'admin' ? 'admin' : 'role' });
    if (regains('hashed_password')) add(this.report.privileges, { ...person, gains: 'password' });
    if (regains('external_user_id')) add(this.report.privileges, { ...person, gains: 'link' });
  }

  private leave(id: number, row: Row): void {
    this.left.add(id);
    add(this.report.left, this.personOf(row));
  }

  private isRenamed(user: Row, now: Row): boolean {
    const { users } = this.pass.tables;
    return CLAIMED.some((column) => user[users.at(column)] !== now[users.at(column)]);
  }

  /** @param claimed some gave their names and links up before, whether these differ or not */
  private differing(rows: Row[], now: Map<number, Row>, claimed: boolean): string[] {
    const { columns } = this.pass.tables.users;
    const differs = (column: number) =>
      rows.some((row) => !isDeepStrictEqual(row[column], now.get(this.idOf(row))?.[column]));
    return columns.filter((name, column) => (claimed && CLAIMED.includes(name)) || differs(column));
  }

  private differs(one: Row, other: Row, column: string): boolean {
    const index = this.pass.tables.users.at(column);
    return index !== -1 && !isDeepStrictEqual(one[index], other[index]);
  }

  private async present(rest: string, parameters: Value[]): Promise<Map<number, Row>> {
    const rows = await this.pass.tables.users.rows(`${rest}${this.pass.lock}`, parameters);
    return new Map(rows.map((row) => [this.idOf(row), row]));
  }

  private readonly idOf = (user: Row) => Number(user[this.pass.tables.users.at('id')]);

  private personOf(user: Row): NamedPerson {
    return { id: this.idOf(user), username: String(user[this.pass.tables.users.at('username')]) };
  }
}

const saysActive = (value: Value | undefined) =>
  isActive(typeof value === 'object' && value !== null ? Buffer.from(value.base64, 'base64') : value);
