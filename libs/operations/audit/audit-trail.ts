import { Injectable } from '@nestjs/common';
import { currentRequest } from '../request/request-context';
import type { Told } from './entry-proof';
import { factOf } from './facts/fact';
import { AuditWriter } from './writing/audit-writer';

/** What is kept of somebody's doing. The list is contract for whoever reads the trail: it is added to, never renamed. */
export const AUDIT_ACTIONS = [
  'sign_in',
  'sign_in.fallback',
  'audit.chain_broken',
  'audit.acknowledged',
  'audit.pruned',
  'guardrail.verdict',
  'session.ended',
  'user.added',
  'user.linked',
  'user.provisioned',
  'user.pinned',
  'user.activated',
  'user.deactivated',
  'users.synced',
  'users.sync_undone',
  'rollout.changed',
  'rollout.rolled_back',
  'rollout.scheduled',
  'keys.rotated',
  'break_glass.added',
  'break_glass.removed',
  'break_glass.tested',
  'break_glass.sign_in',
  'backup.made',
  'backup.restored',
  'reset_code.issued',
  'password.reset',
  'password.changed',
  'cleanup.sealed',
  'cleanup.completed',
  'cleanup.unsealed',
  'rehearsal.completed',
] as const;
export type AuditAction = (typeof AUDIT_ACTIONS)[number];

const ACTIONS: ReadonlySet<string> = new Set(AUDIT_ACTIONS);

/** For what comes out of the table, into which somebody else may have written: a label takes known values only. */
export const actionLabel = (action: string) => (ACTIONS.has(action) ? action : 'unknown');

export interface AuditEntry {
  action: AuditAction;
  /** Who did it: `user:7`, `cli:olga`, `cutover` for what happens by itself, `auto-promote`, `anonymous` before a sign-in. */
  actor: string;
  /** On whom or what: `user:7`, `session:<id>`. */
  subject?: string | null;
  outcome: 'success' | 'failure';
  /** The problem's code, or why a session ended. */
  code?: string | null;
  /** Figures and reasons; never a password, a token or a key. */
  detail?: Record<string, string | number | boolean | null>;
}

/** An entry as it goes into the table: with who asked for it, from where and when. */
export type NotedEntry = Readonly<Told>;

/** Characters, as the columns hold them. */
const LONGEST = { name: 150, address: 45, requestId: 64 };

/** Append-only record of who did what (design section 8). */
@Injectable()
export class AuditTrail {
  constructor(private readonly writer: AuditWriter) {}

  /**
   * Adds an entry in the transaction that is under way, if one is: what is undone leaves none.
   *
   * @throws ServiceUnavailable, ConfigurationError where a key of the trail is missing
   */
  record(entry: AuditEntry): Promise<void> {
    return this.recordAll([this.noted(entry)]);
  }

  /** Takes an entry down for {@link recordAll}, which may run after the request that it is about. */
  noted({ action, actor, subject, outcome, code, detail }: AuditEntry): NotedEntry {
    const request = currentRequest();
    return {
      at: Date.now(),
      actor: cut(actor, LONGEST.name),
      action,
      subject: cut(subject ?? null, LONGEST.name),
      outcome,
      code: code ?? null,
      address: cut(request?.address ?? null, LONGEST.address),
      requestId: cut(request?.requestId ?? null, LONGEST.requestId),
      detail: detail ? JSON.stringify(detail) : null,
      fact: factOf({ action, outcome, detail }),
    };
  }

  /** Adds entries, at least one, as {@link record} does. */
  recordAll(entries: readonly NotedEntry[]): Promise<void> {
    return this.writer.insert(entries);
  }
}

/** Well-formed, as it comes back from the table: the MAC is over what is read later. */
function cut<T extends string | null>(text: T, longest: number): T {
  return (text && [...text.toWellFormed()].slice(0, longest).join('')) as T;
}
