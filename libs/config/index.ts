export { DEAD_AFTER_CLEANUP } from './dead-settings';
export * from './configuration-error';
export * from './configuration.module';
export { loadSettings, type LoadOptions } from './load-settings';
export { readEnvironment } from './read-environment';
export * from './settings';
