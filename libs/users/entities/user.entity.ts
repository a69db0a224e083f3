import type { Role } from '@cutover/contracts';
import { Column, Entity, Index, PrimaryGeneratedColumn } from 'typeorm';

/** The legacy table with the columns of the migration. The legacy application may read and write it at any moment. */
@Entity('users')
export class UserEntity {
  @PrimaryGeneratedColumn({ type: 'integer' })
  id!: number;

  @Index('uq_users_username', { unique: true })
  @Column({ type: 'varchar', length: 150 })
  username!: string;

  @Index('ix_users_email')
  @Column({ type: 'varchar', length: 255, nullable: true })
  email!: string | null;

  @Column({ name: 'full_name', type: 'varchar', length: 255, nullable: true })
  fullName!: string | null;

  /** `null`: the external side is the only way in. */
  @Column({ name: 'hashed_password', type: 'varchar', length: 255, nullable: true })
  hashedPassword!: string | null;

  @Column({ name: 'is_active', type: 'boolean', default: true })
  active!: boolean;

  @Column({ type: 'varchar', length: 20, default: 'user' })
  role!: Role;

  @Column({ name: 'created_at', type: 'datetime', default: () => 'CURRENT_TIMESTAMP' })
  createdAt!: Date;

  @Column({ name: 'updated_at', type: 'datetime', default: () => 'CURRENT_TIMESTAMP' })
  updatedAt!: Date;

  /** Entra object id (`oid`). */
  @Index('uq_users_external_user_id', { unique: true })
  @Column({
    name: 'external_user_id',
    type: 'varchar',
    length: 255,
    nullable: true,
    charset: 'ascii',
    collation: 'ascii_bin',
  })
  externalUserId!: string | null;

  @Column({ name: 'display_name', type: 'varchar', length: 255, nullable: true })
  displayName!: string | null;

  @Index('ix_users_azure_email')
  @Column({ name: 'azure_email', type: 'varchar', length: 255, nullable: true })
  azureEmail!: string | null;

  @Column({ name: 'last_token_refresh', type: 'datetime', nullable: true })
  lastTokenRefresh!: Date | null;
}
