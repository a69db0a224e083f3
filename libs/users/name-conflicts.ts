import { Injectable } from '@nestjs/common';
import { Database } from '@cutover/database';
import { foldName } from './names/fold-name';

export interface NamedUser {
  id: number;
  username: string;
}

/** Rows read at once. */
const BATCH = 5000;

/** Rows whose names are equal under the rule: none of them can sign in until an operator renames all but one. */
@Injectable()
export class NameConflicts {
  constructor(private readonly database: Database) {}

  async list(): Promise<NamedUser[][]> {
    const groups = new Map<string, NamedUser[]>();
    let after = -1;
    for (;;) {
      const rows = await this.database.query<NamedUser>(
        `SELECT id, username FROM users WHERE id > ? ORDER BY id LIMIT ${BATCH}`,
        [after],
      );
      for (const { id, username } of rows) {
        const group = groups.get(foldName(username));
        if (group) group.push({ id, username });
        else groups.set(foldName(username), [{ id, username }]);
      }
      const last = rows.at(-1);
      if (!last || rows.length < BATCH) return [...groups.values()].filter((group) => group.length > 1);
      after = last.id;
    }
  }
}
