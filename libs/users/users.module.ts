import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
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
    UserRepository,
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
