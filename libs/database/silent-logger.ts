import type { Logger } from 'typeorm';

const nothing = () => undefined;

/**
 * Says nothing, whatever DEBUG says: TypeORM's own loggers print the parameters of statements, and ours are hashes of
 * passwords and sealed tokens.
 */
export const silentLogger: Logger = {
  logQuery: nothing,
  logQueryError: nothing,
  logQuerySlow: nothing,
  logSchemaBuild: nothing,
  logMigration: nothing,
  log: nothing,
};
