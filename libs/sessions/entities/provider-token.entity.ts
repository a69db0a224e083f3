import { Column, Entity, PrimaryColumn } from 'typeorm';

/** The provider's tokens of one external session, each sealed by the vault. */
@Entity('cutover_provider_tokens')
export class ProviderTokenEntity {
  @PrimaryColumn({ name: 'session_id', type: 'varchar', length: 36 })
  sessionId!: string;

  @Column({ name: 'access_token', type: 'text' })
  accessToken!: string;

  @Column({ name: 'refresh_token', type: 'text', nullable: true })
  refreshToken!: string | null;

  @Column({ name: 'id_token', type: 'text', nullable: true })
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
}
