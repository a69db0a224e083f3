import type { QueryRunner } from 'typeorm';

/** A step that can say beforehand why it would not run. */
export interface ForeseeingStep {
  /** Changes nothing. @throws MigrationRefusal */
  foresee(runner: QueryRunner): Promise<void>;
}

export const foresees = (step: object): step is ForeseeingStep => 'foresee' in step;
