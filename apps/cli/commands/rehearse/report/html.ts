import type { RehearsalResult } from '../rehearsal-result';
export const htmlReport = (result: RehearsalResult) => JSON.stringify(result);
