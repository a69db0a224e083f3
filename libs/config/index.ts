export { DEAD_AFTER_CLEANUP } from './dead-settings';
export * from './configuration-error';
export * from './configuration.module';
export { loadSettings, type LoadOptions } from './load-settings';
export { type MysqlAddress, type MysqlTls, mysqlAddressOf } from './mysql-address';
export { settingsOfProcess } from './process-settings';
export { readEnvironment } from './read-environment';
export { fileSettingOf, SECRET_NAMES, type SecretName } from './secret-settings';
export * from './settings';
