import { Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { type Stage, STAGES } from '@cutover/contracts';
import { Database } from '@cutover/database';
import { ProviderResilience } from '@cutover/external-auth';
import { CachedFigure, Metrics } from '@cutover/operations';
import { ReadinessService, type RolloutState, RolloutService } from '@cutover/rollout';
import { ActiveSessions } from '@cutover/sessions';
import { HashThreads } from '@cutover/users';

/** Milliseconds between two readings at the least, however often the metrics are scraped. */
const PAUSES = { rollout: 2000, sessions: 5000, readiness: 30_000 };

/** What is only worked out when somebody scrapes: figures of the whole database, and how full this process's queues are. */
@Injectable()
export class ScrapedFigures implements OnApplicationBootstrap {
  constructor(
    private readonly metrics: Metrics,
    private readonly database: Database,
    private readonly provider: ProviderResilience,
    private readonly passwords: HashThreads,
    private readonly sessions: ActiveSessions,
    private readonly rollout: RolloutService,
    private readonly readiness: ReadinessService,
  ) {}

  onApplicationBootstrap(): void {
    this.readRollout();
    this.readQueues();
    this.readConnections();
    const sessions = new CachedFigure(() => this.sessions.count(), PAUSES.sessions);
    this.metrics.sessionsActive.readFrom(() => sessions.value());
  }

  private readRollout(): void {
    const { metrics } = this;
    const rollout = new CachedFigure(() => this.rollout.inForce(), PAUSES.rollout);
    const of = async <T>(figure: (state: RolloutState) => T) => {
      const state = await rollout.value();
      return state && figure(state);
    };
    metrics.rolloutStage.readFrom(() => of(({ stage }) => flags(STAGES, stage)));
    metrics.rolloutPercent.readFrom(() => of(shareOf));
    metrics.rolloutHold.readFrom(() => of(({ hold }) => Number(hold !== null)));
    const people = new CachedFigure(() => this.readiness.report(), PAUSES.readiness);
    metrics.rolloutUsers.readFrom(async () => {
      const report = await people.value();
      return report && { ready: report.ready, 'at-risk': report.atRisk, unknown: report.unknown };
    });
  }

  private readQueues(): void {
    const loads = () => ({ external_auth: this.provider.load(), password: this.passwords.load() });
    const each = (figure: 'running' | 'waiting' | 'capacity') => () => {
      const { external_auth: external, password } = loads();
      return { external_auth: external[figure], password: password[figure] };
    };
    this.metrics.queueRunning.readFrom(each('running'));
    this.metrics.queueWaiting.readFrom(each('waiting'));
    this.metrics.queueCapacity.readFrom(each('capacity'));
  }

  private readConnections(): void {
    const { metrics, database } = this;
    metrics.databaseConnections.readFrom(() => {
      const load = database.load();
      return load && { in_use: load.inUse, idle: load.idle };
    });
    metrics.databaseConnectionsMost.readFrom(() => database.load()?.most ?? null);
    metrics.databaseWaiting.readFrom(() => database.load()?.waiting ?? null);
  }
}

/** The share of people whom a stage sends to the external side; a percentage that is not in force counts for nothing. */
function shareOf({ stage, percent }: RolloutState): number {
  if (stage === 'all') return 100;
  return stage === 'percent' ? percent : 0;
}

const flags = (stages: readonly Stage[], current: Stage) =>
  Object.fromEntries(stages.map((stage) => [stage, Number(stage === current)])) as Record<Stage, number>;
