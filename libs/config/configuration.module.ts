import { type DynamicModule, Module } from '@nestjs/common';
import { ConfigModule, ConfigService } from '@nestjs/config';
import type { Settings } from './settings';

/** ConfigService that knows every setting's type: `settings.get('useExternalAuth', { infer: true })`. */
export class SettingsService extends ConfigService<Settings, true> {}

/** Hands the parsed settings to every module, through ConfigService. */
@Module({})
export class ConfigurationModule {
  static forRoot(settings: Settings): DynamicModule {
    return {
      module: ConfigurationModule,
      global: true,
      imports: [
        // The environment was read, typed and checked before Nest started; ConfigService must not look again.
        ConfigModule.forRoot({
          isGlobal: true,
          ignoreEnvFile: true,
          skipProcessEnv: true,
          load: [() => settings],
        }),
      ],
      providers: [{ provide: SettingsService, useExisting: ConfigService }],
      exports: [SettingsService],
    };
  }
}
