import { Module } from '@nestjs/common';
import { ScheduleModule } from '@nestjs/schedule';
import { ExternalAuthModule } from '@cutover/external-auth';
import { SessionsModule } from '../sessions.module';
import { SessionHousekeeping } from './session-housekeeping';
import { TokenRefreshJob } from './token-refresh-job';

/** For the API only: a command that runs for a second has no time for a job. */
@Module({
  imports: [ScheduleModule.forRoot(), SessionsModule, ExternalAuthModule],
  providers: [TokenRefreshJob, SessionHousekeeping],
  exports: [TokenRefreshJob],
})
export class TokenRefreshModule {}
