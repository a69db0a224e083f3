import { isDeepStrictEqual } from 'node:util';
import { type Person, type PersonRow, rowOf } from '../matching/person';
import type { PlanLine } from '../plan/plan-file';
import { NAMED } from '../plan/listed';
import { PlanDrifted } from './errors';

/** Rows that are not what the plan saw. */
export class Drift {
  private count = 0;
  private readonly first: string[] = [];

  /** @param people of the plan's lines, and whoever stands between them */
  compare(lines: PlanLine[], people: Person[]): void {
    const byId = new Map(people.map((person) => [person.id, person]));
    for (const { user, row } of lines) {
      const person = byId.get(user);
      byId.delete(user);
      if (!person) this.add(row.username, user, 'is gone');
      else if (!isDeepStrictEqual(rowOf(person), row))
        this.add(person.username, user, `${differences(rowOf(person), row)} changed`);
    }
    for (const { id, username } of byId.values()) this.add(username, id, 'is new');
  }

  /** @param run the one that has been stopped; `null` where nothing was written yet. @throws PlanDrifted */
  refuse(run: string | null): void {
    if (this.count > 0) throw new PlanDrifted(this.count, this.first, run);
  }

  private add(username: string, id: number, what: string): void {
    this.count++;
    if (this.first.length < NAMED) this.first.push(`${username} (id ${id}) ${what}`);
  }
}

/** What an operator calls the fields. */
const FIELDS: Record<keyof PersonRow, string> = {
  username: 'username',
  email: 'e-mail',
  role: 'role',
  active: 'active',
  externalUserId: 'link',
  account: 'known account',
};

const differences = (now: PersonRow, seen: PersonRow) =>
  (Object.keys(FIELDS) as (keyof PersonRow)[])
    .filter((field) => !isDeepStrictEqual(now[field], seen[field]))
    .map((field) => FIELDS[field])
    .join(', ');
