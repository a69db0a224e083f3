import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { ActiveFlags } from './active-flag/active-flags';
import { UnclearFlags } from './active-flag/unclear-flags';
import { StandingCredentials } from './credentials/standing-credentials';
import { UserStateEntity } from './entities/user-state.entity';
import { UserEntity } from './entities/user.entity';
import { ExternalAccounts } from './external-accounts/external-accounts';
import { NameConflicts } from './name-conflicts';
import { NameCandidates } from './names/name-candidates';
import { HashSurvey } from './passwords/hash-survey';
import { HashThreads } from './passwords/hash-threads';
import { LocalPasswords } from './passwords/local-passwords';
import { PasswordChecker } from './passwords/password-checker';
import { ResetCodes } from './passwords/reset-codes';
import { UserRepository } from './user.repository';

@Module({
  imports: [TypeOrmModule.forFeature([UserEntity, UserStateEntity])],
  providers: [
    ActiveFlags,
    UnclearFlags,
    UserRepository,
    StandingCredentials,
    ExternalAccounts,
    NameCandidates,
    NameConflicts,
    HashThreads,
    LocalPasswords,
    HashSurvey,
    PasswordChecker,
    ResetCodes,
  ],
  exports: [
    UserRepository,
    UnclearFlags,
    StandingCredentials,
    ExternalAccounts,
    NameConflicts,
    HashSurvey,
    HashThreads,
    LocalPasswords,
    PasswordChecker,
    ResetCodes,
  ],
})
export class UsersModule {}
