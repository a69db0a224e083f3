import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { SessionsModule } from '@cutover/sessions';
import { UsersModule } from '@cutover/users';
import { AuditController } from './audit/audit.controller';
import { PromotionSchedules } from './auto-promote/promotion-schedules';
import { BackupKeys } from './backup/backup-keys';
import { BackupService } from './backup/backup.service';
import { LastVerifiedBackup } from './backup/last-verified-backup';
import { RestoreService } from './backup/restore/restore.service';
import { VerifiedBackups } from './backup/verified-backups';
import { CleanupRecord } from './cleanup/cleanup-record';
import { CleanupSurvey } from './cleanup/cleanup-survey';
import { CleanupService } from './cleanup/cleanup.service';
import { Unsealing } from './cleanup/unsealing';
import { Census } from './evidence/census';
import { KnownAccounts } from './evidence/known-accounts';
import { OutcomeFigures } from './evidence/outcome-figures';
import { SignInOutcomes } from './evidence/sign-in-outcomes';
import { Guardrail } from './guardrails/guardrail';
import { GuardrailVerdicts } from './guardrails/guardrail-verdicts';
import { RolloutNotes } from './notes/rollout-notes';
import { PeopleController } from './people/people.controller';
import { PeopleService } from './people/people.service';
import { RolloutPlanner } from './plan/rollout-planner';
import { RolloutPolicyEntity } from './policy/rollout-policy.entity';
import { RolloutPolicyStore } from './policy/rollout-policy.store';
import { ReadinessController } from './readiness/readiness.controller';
import { ReadinessService } from './readiness/readiness.service';
import { CreatedSince } from './rollback/created-since';
import { RollbackPlanner } from './rollback/rollback-planner';
import { RollbackService } from './rollback/rollback.service';
import { RolloutDecisions } from './rollout-decisions';
import { RolloutController } from './rollout.controller';
import { RolloutService } from './rollout.service';
import { ShadowStage } from './shadow/shadow-stage';
import { SignInRouting } from './sign-in-routing';
import { CameSince } from './verify/came-since';
import { RolloutVerification } from './verify/rollout-verification';

@Module({
  imports: [TypeOrmModule.forFeature([RolloutPolicyEntity]), UsersModule, SessionsModule],
  controllers: [RolloutController, ReadinessController, PeopleController, AuditController],
  providers: [
    VerifiedBackups,
    { provide: LastVerifiedBackup, useExisting: VerifiedBackups },
    BackupKeys,
    BackupService,
    RestoreService,
    RolloutPolicyStore,
    PromotionSchedules,
    RolloutDecisions,
    RolloutService,
    RolloutPlanner,
    RolloutNotes,
    Census,
    KnownAccounts,
    ShadowStage,
    SignInOutcomes,
    OutcomeFigures,
    Guardrail,
    GuardrailVerdicts,
    CameSince,
    RolloutVerification,
    CreatedSince,
    RollbackPlanner,
    RollbackService,
    ReadinessService,
    PeopleService,
    CleanupSurvey,
    CleanupRecord,
    CleanupService,
    Unsealing,
    { provide: SignInRouting, useExisting: RolloutService },
  ],
  exports: [
    RolloutPolicyStore,
    PromotionSchedules,
    SignInOutcomes,
    ShadowStage,
    KnownAccounts,
    Guardrail,
    GuardrailVerdicts,
    RolloutVerification,
    LastVerifiedBackup,
    BackupService,
    RestoreService,
    RollbackPlanner,
    RollbackService,
    RolloutService,
    RolloutPlanner,
    RolloutNotes,
    ReadinessService,
    PeopleService,
    CleanupService,
    Unsealing,
    SignInRouting,
  ],
})
export class RolloutModule {}
