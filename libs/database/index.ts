export * from './coalescer';
export * from './data-source';
export * from './database';
export * from './database-health';
export * from './database.module';
export * from './errors';
export * from './migrator';
export type { PoolLoad } from './pool-load';
export { PasswordsDigest } from '@cutover/migrations';
