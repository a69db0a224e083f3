import { Injectable } from '@nestjs/common';
import type { Stage } from '@cutover/contracts';
import { Database } from '@cutover/database';
import { currentRequest } from '@cutover/operations';
import { RolloutPolicyStore } from '../policy/rollout-policy.store';

export interface NewNote {
  /** Who says so: `cli:olga`, or `portal` for a person who could not sign in. */
  author: string;
  message: string;
  /** Whom it is about, as it was typed; nobody has checked it. */
  username?: string | undefined;
}

export interface RolloutNote {
  /** RFC 3339, UTC. */
  at: string;
  author: string;
  message: string;
  username: string | null;
  /** The stage in force when it was written, and its version. */
  stage: Stage;
  version: number;
  /** `null` on the command line. */
  requestId: string | null;
}

interface NoteRow extends Omit<RolloutNote, 'at'> {
  at: number;
}

/** Characters, as the columns hold them. */
const LONGEST = { author: 150, requestId: 64 };

/** What operators and people say while the rollout goes on, kept with the stage that they say it about. */
@Injectable()
export class RolloutNotes {
  constructor(
    private readonly database: Database,
    private readonly policies: RolloutPolicyStore,
  ) {}

  async add({ author, message, username }: NewNote): Promise<void> {
    const { stage, version } = await this.policies.current();
    await this.database.execute(
      `INSERT INTO cutover_rollout_notes (at, author, message, username, stage, policy_version, request_id)
       VALUES (?, ?, ?, ?, ?, ?, ?)`,
      [
        Date.now(),
        cut(author, LONGEST.author),
        message,
        username || null,
        stage,
        version,
        cut(currentRequest()?.requestId ?? null, LONGEST.requestId),
      ],
    );
  }

  /** The newest first. @param since epoch milliseconds */
  async since(since: number, limit: number): Promise<RolloutNote[]> {
    const rows = await this.database.query<NoteRow>(
      `SELECT at, author, message, username, stage, policy_version AS version, request_id AS requestId
       FROM cutover_rollout_notes WHERE at >= ? ORDER BY at DESC, id DESC LIMIT ?`,
      [since, limit],
    );
    return rows.map((row) => ({ ...row, at: new Date(row.at).toISOString() }));
  }
}

const cut = (text: string | null, longest: number) => text && [...text].slice(0, longest).join('');
