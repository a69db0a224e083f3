import { Module } from '@nestjs/common';
import { RolloutModule } from '@cutover/rollout';
import { SessionsModule } from '@cutover/sessions';
import { UsersModule } from '@cutover/users';
import { DeviceCookie } from '../device/device-cookie';
import { AccountLinks } from '../external/account-links';
import { AccountNames } from '../rate-limits/account-names';
import { AddressLimits } from '../rate-limits/address-limits';
import { ExternalAttempts } from '../rate-limits/external-attempts';
import { SignInLimits } from '../rate-limits/sign-in-limits';
import { SignInAnswer } from './sign-in-answer';
import { SignInEvidence } from './sign-in-evidence';
import { SignInLog } from './sign-in-log';
import { SignInRecord } from './sign-in-record';

/** What every way to sign in has in common, whichever side checks: limits, record, evidence, and the answer. */
@Module({
  imports: [UsersModule, SessionsModule, RolloutModule],
  providers: [
    AccountLinks,
    AccountNames,
    AddressLimits,
    ExternalAttempts,
    DeviceCookie,
    SignInLimits,
    SignInEvidence,
    SignInLog,
    SignInRecord,
    SignInAnswer,
  ],
  exports: [
    AccountLinks,
    AccountNames,
    AddressLimits,
    ExternalAttempts,
    DeviceCookie,
    SignInLimits,
    SignInEvidence,
    SignInLog,
    SignInRecord,
    SignInAnswer,
  ],
})
export class SignInModule {}
