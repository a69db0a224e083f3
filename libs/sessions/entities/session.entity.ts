import type { AuthMode } from '@cutover/contracts';
import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** One sign-in on one device. Instants are epoch milliseconds. */
@Entity('cutover_sessions')
@Index('ix_sessions_ended_at', ['endedAt', 'expiresAt'])
export class SessionEntity {
  @PrimaryColumn({ type: 'varchar', length: 36 })
  id!: string;

  @Index('ix_sessions_user_id')
  @Column({ name: 'user_id', type: 'int' })
  userId!: number;

  @Column({ name: 'auth_mode', type: 'varchar', length: 8 })
  authMode!: AuthMode;

  /** The highest generation of the session cookie that was presented; its successor is in the browser. */
  @Column({ type: 'int' })
  generation!: number;

  /** When the last few generations were first presented, within the replay grace: JSON `[[generation, instant], …]`. */
  @Column({ type: 'text' })
  presentations!: string;

  @Column({ name: 'created_at', type: 'bigint' })
  createdAt!: number;

  @Column({ name: 'last_used_at', type: 'bigint' })
  lastUsedAt!: number;

  /** The absolute end, whatever the use. */
  @Index('ix_sessions_expires_at')
  @Column({ name: 'expires_at', type: 'bigint' })
  expiresAt!: number;

  @Column({ name: 'ended_at', type: 'bigint', nullable: true })
  endedAt!: number | null;

  @Column({ name: 'end_reason', type: 'varchar', length: 32, nullable: true })
  endReason!: SessionEnd | null;

  @Column({ name: 'user_agent', type: 'varchar', length: 255, nullable: true })
  userAgent!: string | null;

  @Column({ type: 'varchar', length: 45, nullable: true })
  address!: string | null;
}

/** Why a session is no more. */
export type SessionEnd =
  | 'signed_out'
  /** By its owner, out of their list of sessions. */
  | 'ended_by_owner'
  /** By an administrator or on the command line. */
  | 'revoked'
  | 'reused'
  | 'idle_timeout'
  | 'expired'
  /** Everybody's, as people were set back to a backup. */
  | 'restored'
  /** By the operator who took the rollout back. */
  | 'rolled_back'
  | 'deactivated'
  /** A sync learned that the account of their owner on the external side is disabled or gone. */
  | 'left'
  /** The clean-up removed the password that opened it. */
  | 'password_removed'
  | 'grant_invalid'
  /** The external side says that the account is disabled. */
  | 'account_disabled'
  /** The answer to a refresh was lost, and the provider allows no second use of a refresh token. */
  | 'refresh_lost';
