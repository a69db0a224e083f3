import type { Stage } from '@cutover/contracts';

/** The stages that can be opened today. */
export const OPEN_STAGES = ['off', 'test-users', 'percent', 'all'] as const satisfies readonly Stage[];
export type OpenStage = (typeof OPEN_STAGES)[number];
