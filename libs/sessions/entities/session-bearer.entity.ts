import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** Which session holds a provider's access token, by the token's SHA-256: the token itself finds nobody here. */
@Entity('cutover_session_bearers')
export class SessionBearerEntity {
  @PrimaryColumn({ name: 'token_hash', type: 'varchar', length: 43 })
  tokenHash!: string;

  @Index('ix_session_bearers_session_id')
  @PrimaryColumn({ name: 'session_id', type: 'varchar', length: 36 })
  sessionId!: string;

  @Index('ix_session_bearers_expires_at')
  @Column({ name: 'expires_at', type: 'bigint' })
  expiresAt!: number;
}
