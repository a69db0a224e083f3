import { Injectable, Logger, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { SchedulerRegistry } from '@nestjs/schedule';
import { SettingsService } from '@cutover/config';
import { AutoPromotion } from '../auto-promote/auto-promotion';
import { SignInOutcomes } from '../evidence/sign-in-outcomes';
import { Guardrail } from './guardrail';
import { GuardrailVerdicts } from './guardrail-verdicts';

const NAME = 'guardrail';

/** Milliseconds between two purges by one process. */
const PURGE_INTERVAL = 60_000;

/** Every `GUARDRAIL_INTERVAL`: an evaluation, the scheduled step that may follow it, and the end of what is too old to be evidence. */
@Injectable()
export class GuardrailJob implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly logger = new Logger(GuardrailJob.name);
  private running: Promise<void> | null = null;
  private purgeAt = 0;

  constructor(
    private readonly scheduler: SchedulerRegistry,
    private readonly settings: SettingsService,
    private readonly guardrail: Guardrail,
    private readonly promotion: AutoPromotion,
    private readonly outcomes: SignInOutcomes,
    private readonly verdicts: GuardrailVerdicts,
  ) {}

  onApplicationBootstrap(): void {
    const { interval } = this.settings.get('guardrails', { infer: true });
    this.scheduler.addInterval(
      NAME,
      setInterval(() => void this.run(), interval * 1000),
    );
  }

  async onModuleDestroy(): Promise<void> {
    if (this.scheduler.doesExist('interval', NAME)) this.scheduler.deleteInterval(NAME);
    await this.running;
  }

  /** One run, or the one that is under way. Never rejects: nobody but the log would hear of it. */
  run(now = Date.now()): Promise<void> {
    this.running ??= this.look(now)
      .catch((error: unknown) => {
        this.logger.error({ err: error }, 'the guardrail could not evaluate; it tries again');
      })
      .finally(() => {
        this.running = null;
      });
    return this.running;
  }

  private async look(now: number): Promise<void> {
    const evaluation = await this.guardrail.evaluate();
    if (evaluation) await this.promotion.afterEvaluation(evaluation);
    if (now < this.purgeAt) return;
    this.purgeAt = now + PURGE_INTERVAL;
    await this.outcomes.purge(now);
    await this.verdicts.purge(now);
  }
}
