export { UserStateEntity } from './entities/user-state.entity';
export { UserEntity } from './entities/user.entity';
export { NameConflicts, type NamedUser } from './name-conflicts';
export { foldName, namesEqual } from './names/fold-name';
export type { NewUser } from './new-user';
export type { UnverifiableHash } from './passwords/hash-survey';
export { ServiceBusy } from './passwords/hash-threads';
export { PasswordChecker } from './passwords/password-checker';
export {
  type Person,
  PERSON_COLUMNS,
  personName,
  type PersonRow,
  toPerson,
  type UserRecord,
} from './user-record';
export { type ExternalProfile, UserRepository, type UsernameMatch } from './user.repository';
export * from './users.module';
