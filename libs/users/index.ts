export { isActive } from './active-flag/active-flag';
export { ActiveFlags } from './active-flag/active-flags';
export { refuseUnclearFlags, type UnclearFlag, UnclearFlags } from './active-flag/unclear-flags';
export { type CheckedCredential, checkedCredential } from './credentials/checked-credential';
export { StandingCredentials } from './credentials/standing-credentials';
export { UserStateEntity } from './entities/user-state.entity';
export { UserEntity } from './entities/user.entity';
export {
  EXTERNAL_ACCOUNT_STATES,
  type ExternalAccountState,
} from './external-accounts/external-account-state';
export { ExternalAccounts } from './external-accounts/external-accounts';
export {
  type Departure,
  DEPARTURE_COLUMNS,
  DEPARTURE_JOINS,
  departureOf,
  type DepartureRow,
} from './kept-out/departure';
export { type Admissible, type KeptOut, whyKeptOut } from './kept-out/why-kept-out';
export { NameConflicts, type NamedUser } from './name-conflicts';
export { foldName, namesEqual } from './names/fold-name';
export { isAddress } from './names/is-address';
export { NameSweepsModule } from './names/name-sweeps.module';
export type { NewUser } from './new-user';
export { HashSurvey, type UnverifiableHash } from './passwords/hash-survey';
export { HashThreads, type HashTurn, ServiceBusy } from './passwords/hash-threads';
export { LocalPasswords, LocalPasswordsGone, readingHashes } from './passwords/local-passwords';
export { passwordFault } from './passwords/password-rules';
export { type IssuedCode, ResetCodes } from './passwords/reset-codes';
export { PasswordChecker } from './passwords/password-checker';
export {
  ADMISSIBLE_COLUMNS,
  type AdmissibleRow,
  BREAK_GLASS_COLUMN,
  BREAK_GLASS_JOIN,
  hasBreakGlass,
  type Person,
  PERSON_COLUMNS,
  PERSON_JOINS,
  personName,
  type PersonRow,
  toAdmissible,
  toPerson,
  type UserRecord,
} from './user-record';
export { type ExternalProfile, UserRepository, type UsernameMatch } from './user.repository';
export { linesOf } from './sync/export/source';
export type { Leavers } from './sync/plan/leavers';
export type { Listed, NamedReason } from './sync/plan/listed';
export type { PlanSummary } from './sync/plan/plan-summary';
export { type Planned, type PlanRequest, SyncPlanner } from './sync/plan/sync-planner';
export { type Applied, PlanApplication } from './sync/run/plan-application';
export { RunUndo, type Undone } from './sync/run/run-undo';
export * from './sync/user-sync.module';
export * from './users.module';
