import type { Pin } from '@cutover/contracts';
import { Column, Entity, PrimaryColumn } from 'typeorm';

/** What we know of a person that must not touch the legacy row. Instants are epoch milliseconds. */
@Entity('cutover_user_state')
export class UserStateEntity {
  @PrimaryColumn({ name: 'user_id', type: 'int' })
  userId!: number;

  @Column({ type: 'varchar', length: 8, nullable: true })
  pin!: Pin;

  @Column({ name: 'pin_set_by', type: 'varchar', length: 150, nullable: true })
  pinSetBy!: string | null;

  @Column({ name: 'pin_set_at', type: 'bigint', nullable: true })
  pinSetAt!: number | null;

  @Column({ name: 'last_sign_in_at', type: 'bigint', nullable: true })
  lastSignInAt!: number | null;

  /** The code with which the external side last refused this person; `null` since it last let them in. */
  @Column({ name: 'last_external_refusal', type: 'varchar', length: 32, nullable: true })
  lastExternalRefusal!: string | null;

  /** By the database's clock; `null` where an earlier release kept the refusal. */
  @Column({ name: 'last_external_refusal_at', type: 'bigint', nullable: true })
  lastExternalRefusalAt!: number | null;

  @Column({ name: 'credentials_changed_at', type: 'bigint', nullable: true })
  credentialsChangedAt!: number | null;
}
