import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** The provider's tokens of one external session, each sealed by the vault. */
@Entity('cutover_provider_tokens')
export class ProviderTokenEntity {
  @PrimaryColumn({ name: 'session_id', type: 'varchar', length: 36 })
  sessionId!: string;

  @Column({ name: 'access_token', type: 'longtext' })
  accessToken!: string;

  @Column({ name: 'refresh_token', type: 'longtext', nullable: true })
  refreshToken!: string | null;

  @Column({ name: 'id_token', type: 'longtext', nullable: true })
  idToken!: string | null;

  /** Epoch milliseconds at which these tokens came. */
  @Column({ name: 'obtained_at', type: 'bigint' })
  obtainedAt!: number;

  /** Epoch milliseconds. */
  @Column({ name: 'access_token_expires_at', type: 'bigint' })
  accessTokenExpiresAt!: number;

  /** Counts writes: a refresh that lost a race must not overwrite the winner's tokens. */
  @Column({ type: 'int' })
  version!: number;

  /** Epoch milliseconds at which the job renews them; `null`: never, there is no refresh token or it was lost. */
  @Index('ix_provider_tokens_refresh_due_at')
  @Column({ name: 'refresh_due_at', type: 'bigint', nullable: true })
  refreshDueAt!: number | null;

  /** The process that is refreshing them, until `leaseUntil` (epoch milliseconds, by the database's clock). */
  @Column({ name: 'lease_owner', type: 'varchar', length: 36, nullable: true })
  leaseOwner!: string | null;

  @Column({ name: 'lease_until', type: 'bigint', nullable: true })
  leaseUntil!: number | null;

  /** Epoch milliseconds since which the refresh token may be on the wire; `null` while it surely is not. */
  @Column({ name: 'sent_at', type: 'bigint', nullable: true })
  sentAt!: number | null;

  /** Attempts in a row that came to nothing. */
  @Column({ type: 'int', default: 0 })
  failures!: number;
}
