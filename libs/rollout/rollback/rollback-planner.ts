import { Injectable } from '@nestjs/common';
import { Database } from '@cutover/database';
import { ActiveSessions } from '@cutover/sessions';
import { HashSurvey, LocalPasswords } from '@cutover/users';
import { Census } from '../evidence/census';
import { RolloutPolicyStore } from '../policy/rollout-policy.store';
import { CreatedSince } from './created-since';
import { type Affected, RollbackCount, type RollbackPlan, type SessionChoice } from './rollback-plan';

/** Rows read at once; memory for one batch. */
const BATCH = 2000;

/** What a rollback would meet with, before anybody makes it. The master switch is not looked at. */
@Injectable()
export class RollbackPlanner {
  constructor(
    private readonly database: Database,
    private readonly policies: RolloutPolicyStore,
    private readonly census: Census,
    private readonly passwords: LocalPasswords,
    private readonly hashes: HashSurvey,
    private readonly sessions: ActiveSessions,
    private readonly createdSince: CreatedSince,
  ) {}

  /** @throws LocalPasswordsGone after the clean-up: there is nothing to go back to */
  async plan(sessions: SessionChoice): Promise<RollbackPlan> {
    await this.passwords.assertExist();
    const count = new RollbackCount(await this.policies.latest(), sessions);
    for await (const affected of this.everybody()) count.add(affected);
    for await (const person of this.createdSince.withPasswordOrUnlinked()) count.addCreated(person);
    return count.plan;
  }

  private async *everybody(): AsyncGenerator<Affected> {
    for (let after = -1; ;) {
      const rows = await this.database.query<{ id: number; stored: string | null }>(
        `SELECT id, hashed_password AS stored FROM users WHERE id > ? ORDER BY id LIMIT ${BATCH}`,
        [after],
      );
      const [first, last] = [rows[0], rows.at(-1)];
      if (!first || !last) return;
      const hashes = new Map(rows.map(({ id, stored }) => [id, stored]));
      const [people, sessionsOf] = await Promise.all([
        this.census.between(first.id, last.id),
        this.sessions.ofPeople(first.id, last.id, 'external'),
      ]);
      for (const person of people)
        yield {
          person,
          problem: await this.problemOf(hashes.get(person.id) ?? null),
          sessions: sessionsOf(person.id),
        };
      after = last.id;
    }
  }

  private async problemOf(stored: string | null): Promise<string | null> {
    return stored === null ? 'none' : this.hashes.faultOf(stored);
  }
}
