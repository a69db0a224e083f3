export {
  type BreakGlassAccount,
  BreakGlassAccounts,
  type BreakGlassState,
} from './break-glass/break-glass-accounts';
export { BreakGlassModule } from './break-glass/break-glass.module';
export { BreakGlassTest } from './break-glass/break-glass-test';
