import type { RehearsalResult } from '../rehearsal-result';
export const markdownReport = (result: RehearsalResult) => JSON.stringify(result);
