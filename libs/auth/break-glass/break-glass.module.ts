import { Module } from '@nestjs/common';
import { ExternalAuthModule } from '@cutover/external-auth';
import { SessionsModule } from '@cutover/sessions';
import { UsersModule } from '@cutover/users';
import { BreakGlassAccounts } from './break-glass-accounts';
import { BreakGlassCredentials } from './break-glass-credentials';
import { BreakGlassLimits } from './break-glass-limits';
import { BreakGlassPasswords } from './break-glass-passwords';
import { BreakGlassSignIn } from './break-glass-sign-in';
import { BreakGlassTest } from './break-glass-test';

/** The way in that depends on nothing but the database: its own code, so that deleting `local/` leaves it. */
@Module({
  imports: [UsersModule, ExternalAuthModule, SessionsModule],
  providers: [
    BreakGlassCredentials,
    BreakGlassPasswords,
    BreakGlassLimits,
    BreakGlassSignIn,
    BreakGlassAccounts,
    BreakGlassTest,
  ],
  exports: [BreakGlassSignIn, BreakGlassAccounts, BreakGlassTest],
})
export class BreakGlassModule {}
