import type { Stage } from '@cutover/contracts';

/** The stages that an operator can open. */
export const OPEN_STAGES = [
  'off',
  'shadow',
  'test-users',
  'percent',
  'all',
] as const satisfies readonly Stage[];
export type OpenStage = (typeof OPEN_STAGES)[number];
