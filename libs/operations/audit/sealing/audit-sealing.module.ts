import { Module } from '@nestjs/common';
import { ScheduleModule } from '@nestjs/schedule';
import { AuditSealingJob } from './audit-sealing-job';

/** For the API only: a command that runs for a second has no time for a job. */
@Module({ imports: [ScheduleModule.forRoot()], providers: [AuditSealingJob], exports: [AuditSealingJob] })
export class AuditSealingModule {}
