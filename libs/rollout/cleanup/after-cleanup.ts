import { Injectable, Logger, Module, type OnApplicationBootstrap } from '@nestjs/common';
import { DEAD_AFTER_CLEANUP, SettingsService } from '@cutover/config';
import { LocalPasswords, UsersModule } from '@cutover/users';

/** Says at the start which settings mean nothing any more, by their names. */
@Injectable()
export class AfterCleanup implements OnApplicationBootstrap {
  private readonly logger = new Logger('cleanup');

  constructor(
    private readonly settings: SettingsService,
    private readonly passwords: LocalPasswords,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    // A database that is away, or has no tables yet, keeps nobody from starting.
    if (await this.passwords.exist().catch(() => true)) return;
    const given = this.settings.get('given', { infer: true });
    const settings = DEAD_AFTER_CLEANUP.filter((name) => given.includes(name));
    if (settings.length > 0)
      this.logger.warn({ settings }, `set, but dead since the clean-up: ${settings.join(', ')}; remove them`);
    if (!this.settings.get('useExternalAuth', { infer: true }))
      this.logger.error(
        'USE_EXTERNAL_AUTH is not true: since the clean-up nobody but break-glass accounts can sign in',
      );
  }
}

/** For the API only: a command says it where it matters. */
@Module({ imports: [UsersModule], providers: [AfterCleanup] })
export class AfterCleanupModule {}
