import type { Stage } from '@cutover/contracts';
import { Column, Entity, PrimaryColumn } from 'typeorm';

/** One decision about the rollout. Rows are only ever added: the highest version is in force, the rest is history. */
@Entity('cutover_rollout_policies')
export class RolloutPolicyEntity {
  @PrimaryColumn({ type: 'int' })
  version!: number;

  @Column({ type: 'varchar', length: 16 })
  stage!: Stage;

  @Column({ type: 'int' })
  percent!: number;

  /** JSON array of user ids: a renamed test user stays one. */
  @Column({ name: 'test_users', type: 'text' })
  testUsers!: string;

  @Column({ name: 'changed_by', type: 'varchar', length: 150 })
  changedBy!: string;

  /** Epoch milliseconds. */
  @Column({ name: 'changed_at', type: 'bigint' })
  changedAt!: number;

  @Column({ type: 'varchar', length: 500 })
  reason!: string;

  /** 32 bytes in base64url. */
  @Column({ type: 'varchar', length: 43 })
  salt!: string;

  @Column({ name: 'hold_reason', type: 'varchar', length: 500, nullable: true })
  holdReason!: string | null;

  /** Epoch milliseconds. */
  @Column({ name: 'hold_since', type: 'bigint', nullable: true })
  holdSince!: number | null;
}
