import { Module } from '@nestjs/common';
import { ScheduleModule } from '@nestjs/schedule';
import { ExternalAuthModule } from '@cutover/external-auth';
import { AutoPromotion } from '../auto-promote/auto-promotion';
import { RolloutModule } from '../rollout.module';
import { GuardrailJob } from './guardrail-job';

/** For the API only: a command that runs for a second has no time for a job. */
@Module({
  imports: [ScheduleModule.forRoot(), RolloutModule, ExternalAuthModule],
  providers: [AutoPromotion, GuardrailJob],
})
export class GuardrailModule {}
