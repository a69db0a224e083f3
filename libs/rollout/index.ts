export { type PromotionSchedule, type ScheduledStep, stepsLeft } from './auto-promote/promotion-schedule';
export { readSteps } from './auto-promote/schedule-text';
export { type BackedUp, BackupService } from './backup/backup.service';
export * from './backup/last-verified-backup';
export { type Listing, named, type NamedPerson } from './backup/named-people';
export { privilegesRefused, type Restored, RestoreService } from './backup/restore/restore.service';
export { AfterCleanupModule } from './cleanup/after-cleanup';
export { type CleanedUp, type CleanupCheck, CleanupService } from './cleanup/cleanup.service';
export { gatesClosed } from './cleanup/errors';
export type { CleanupGate } from './cleanup/gate';
export { Unsealing } from './cleanup/unsealing';
export * from './errors';
export { type AccountKnown, type KnownAccount, KnownAccounts } from './evidence/known-accounts';
export { type SignInOutcome, SignInOutcomes } from './evidence/sign-in-outcomes';
export { type Evaluation, Guardrail } from './guardrails/guardrail';
export { GuardrailModule } from './guardrails/guardrail.module';
export { type GuardrailVerdict, GuardrailVerdicts } from './guardrails/guardrail-verdicts';
export { type RolloutNote, RolloutNotes } from './notes/rollout-notes';
export type { Operator } from './operator';
export { PeopleService } from './people/people.service';
export type { Movement, NamedPeople } from './plan/movement';
export { type PlannedMovement, RolloutPlanner } from './plan/rollout-planner';
export type { Step } from './policy/next-step';
export { OPEN_STAGES, type OpenStage } from './policy/open-stages';
export { RolloutPolicyEntity } from './policy/rollout-policy.entity';
export { ReadinessService } from './readiness/readiness.service';
export { RollbackPlanner } from './rollback/rollback-planner';
export type {
  KeptOutPerson,
  PersonWithoutPassword,
  RollbackPlan,
  SessionChoice,
} from './rollback/rollback-plan';
export { type RolledBack, RollbackService } from './rollback/rollback.service';
export type { RolloutDecision } from './rollout-decisions';
export * from './rollout.module';
export { pageRequestSchema, rolloutChangeSchema, rolloutNoteSchema } from './rollout.schemas';
export { RolloutService, type RolloutState } from './rollout.service';
export type { ShadowFinding } from './shadow/shadow-finding';
export { ShadowStage } from './shadow/shadow-stage';
export * from './sign-in-routing';
export type { Gate } from './verify/gates';
export { RolloutVerification, type VerificationReport } from './verify/rollout-verification';
