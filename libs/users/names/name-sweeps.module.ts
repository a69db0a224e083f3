import { Module } from '@nestjs/common';
import { ScheduleModule } from '@nestjs/schedule';
import { NameKeys } from './name-keys';
import { NameSweeps } from './name-sweeps';

/** For the API only: a command that runs for a second has no time for a job. */
@Module({ imports: [ScheduleModule.forRoot()], providers: [NameKeys, NameSweeps] })
export class NameSweepsModule {}
