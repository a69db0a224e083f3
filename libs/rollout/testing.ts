export { openCleanupGates } from './testing/open-cleanup-gates';
