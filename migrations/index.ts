import { AccountNames1780000000020 } from './account-names';
import { AuditSeals1780000000012 } from './audit-seals';
import { AuditWriters1780000000017 } from './audit-writers';
import { AutoPromote1780000000011 } from './auto-promote';
import { Baseline1780000000001 } from './baseline';
import { BreakGlass1780000000007 } from './break-glass';
import { CleanUp1780000000010 } from './clean-up';
import { RemoveLocalPasswords1790000000001 } from './contract/remove-local-passwords';
import { Credentials1780000000016 } from './credentials';
import { Departures1780000000015 } from './departures';
import { ExternalIdentity1780000000002 } from './external-identity';
import { LinkRequests1780000000018 } from './link-requests';
import { LiveSessions1780000000014 } from './live-sessions';
import { PromotionWaits1780000000013 } from './promotion-waits';
import { ResetCodes1780000000008 } from './reset-codes';
import { RolloutRecords1780000000005 } from './rollout-records';
import { SignInEvidence1780000000009 } from './sign-in-evidence';
import { SignInState1780000000003 } from './sign-in-state';
import { UserNames1780000000019 } from './user-names';
import { UserSync1780000000004 } from './user-sync';
import { VerifiedBackups1780000000006 } from './verified-backups';

/** Every schema step, in order. Steps are added at the end and never edited once released. */
export const migrations = [
  Baseline1780000000001,
  ExternalIdentity1780000000002,
  SignInState1780000000003,
  UserSync1780000000004,
  RolloutRecords1780000000005,
  VerifiedBackups1780000000006,
  BreakGlass1780000000007,
  ResetCodes1780000000008,
  SignInEvidence1780000000009,
  CleanUp1780000000010,
  AutoPromote1780000000011,
  AuditSeals1780000000012,
  PromotionWaits1780000000013,
  LiveSessions1780000000014,
  Departures1780000000015,
  Credentials1780000000016,
  AuditWriters1780000000017,
  LinkRequests1780000000018,
  UserNames1780000000019,
  AccountNames1780000000020,
];

/**
 * Steps that take something from the legacy table for good. `db migrate` applies none of them and `db revert` takes none
 * back: the clean-up applies them, once nothing reads what they remove.
 */
export const contractMigrations = [RemoveLocalPasswords1790000000001];

export { PasswordsDigest } from './contract/passwords-digest';
export { foresees } from './support/foresight';
export { MigrationRefusal } from './support/refusal';
