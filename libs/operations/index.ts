export * from './access/public.decorator';
export * from './health/health-component';
export * from './health/health.module';
export * from './logging/application-logger';
export * from './logging/logging.module';
