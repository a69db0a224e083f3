import { type DynamicModule, Module } from '@nestjs/common';
import { SettingsService } from '@cutover/config';
import { LoggerModule } from 'nestjs-pino';
import { ApplicationLogger } from './application-logger';
import { logOptions } from './log-options';

/** One JSON line an event; readable lines where a person watches a terminal. */
@Module({})
export class LoggingModule {
  static forRoot(): DynamicModule {
    return {
      module: LoggingModule,
      imports: [
        LoggerModule.forRootAsync({
          inject: [SettingsService],
          useFactory: (settings: SettingsService) => ({
            forRoutes: [], // no middleware: request-log.ts says what there is to say of a request
            pinoHttp: logOptions(
              settings.get('logLevel', { infer: true }),
              settings.get('nodeEnv', { infer: true }) !== 'production' && process.stdout.isTTY,
            ),
          }),
        }),
      ],
      providers: [ApplicationLogger],
    };
  }
}
