export { schemaDrift } from './testing/schema-drift';
export { dump } from './testing/dump';
export {
  describeOnEachEngine,
  describeOnMysql,
  mysqlEngine,
  type TestDatabase,
  type TestEngine,
} from './testing/test-engine';
