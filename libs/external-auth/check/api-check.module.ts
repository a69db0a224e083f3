import { Module } from '@nestjs/common';
import { ExternalAuthModule } from '../external-auth.module';
import { ApiCheck } from './api-check';
import { GrantChecks } from './grant-checks';
import { TokenChecks } from './token-checks';

/** For the command line only. */
@Module({
  imports: [ExternalAuthModule],
  providers: [ApiCheck, TokenChecks, GrantChecks],
  exports: [ApiCheck],
})
export class ApiCheckModule {}
