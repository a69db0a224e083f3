export { schemaDrift } from './testing/schema-drift';
export { dump } from './testing/dump';
export {
  describeOnEachEngine,
  describeOnMysql,
  mysqlEngine,
  mysqlEngineOn,
  sqliteEngine,
  type TestDatabase,
  type TestEngine,
} from './testing/test-engine';
export { eachServerMode, OwnServer, SERVER_MODES } from './testing/own-server';
