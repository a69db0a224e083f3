import { Injectable, Logger } from '@nestjs/common';
import { type GuardrailSettings, SettingsService } from '@cutover/config';
import type { Stage } from '@cutover/contracts';
import { Metrics } from '@cutover/operations';
import { LocalPasswords, UserRepository } from '@cutover/users';
import { OutcomeFigures, type Span } from '../evidence/outcome-figures';
import type { Operator } from '../operator';
import type { OpenStage } from '../policy/open-stages';
import type { RolloutPolicy } from '../policy/rollout-policy';
import { RolloutPolicyStore } from '../policy/rollout-policy.store';
import { lastGood, type Stretch, stretchOf } from '../policy/stretch';
import type { RolloutDecision } from '../rollout-decisions';
import { RolloutService } from '../rollout.service';
import { type GuardrailAction, GuardrailVerdicts } from './guardrail-verdicts';
import { type GuardrailFigures, judge, type Judgement } from './verdict';

/** Whoever does what happens by itself, as the audit trail names it. */
const GUARDRAIL: Operator = { userId: null, name: 'cutover' };

/** The hold under which it has gone back already begins so. */
const WENT_BACK = 'guardrail went back: ';
const ALARM = 'guardrail: ';

const DAY = 24 * 60 * 60 * 1000;
/** Milliseconds of local sign-ins that a time is compared with where the window itself holds too few. */
const LOCAL_PAST = 7 * DAY;
/** Milliseconds before the window in which people show how often they mistype. */
const HABIT = 14 * DAY;
/** Decisions that are looked at; a rollout has a dozen. */
const HISTORY = 200;
/** Characters, as the columns of a decision hold them. */
const LONGEST_REASON = 500;

/** Stages that send somebody to the external side. */
const REACHES: readonly Stage[] = ['test-users', 'percent', 'all'];

export interface Evaluation extends Judgement {
  /** The decision that was judged. */
  version: number;
  action: GuardrailAction | null;
}

/** Looks at the sign-ins of the last while, and closes a stage that goes bad. */
@Injectable()
export class Guardrail {
  private readonly logger = new Logger(Guardrail.name);
  private readonly limits: GuardrailSettings;

  constructor(
    private readonly settings: SettingsService,
    private readonly policies: RolloutPolicyStore,
    private readonly rollout: RolloutService,
    private readonly figures: OutcomeFigures,
    private readonly verdicts: GuardrailVerdicts,
    private readonly users: UserRepository,
    private readonly passwords: LocalPasswords,
    private readonly metrics: Metrics,
  ) {
    this.limits = settings.get('guardrails', { infer: true });
  }

  /**
   * One evaluation, of all processes together once in `GUARDRAIL_INTERVAL`.
   *
   * @returns `null` where nobody is on the external side, or all are for good, or another process makes it
   * @throws ServiceUnavailable
   */
  async evaluate(): Promise<Evaluation | null> {
    if (!this.settings.get('useExternalAuth', { infer: true })) return null;
    if (!(await this.passwords.exist())) return null; // after the clean-up there is no stage to go back to
    const history = await this.policies.history(HISTORY);
    const stretch = stretchOf(history);
    if (!REACHES.includes(stretch.current.stage)) return null;
    const now = await this.verdicts.now();
    const evaluation = Math.floor(now / (this.limits.interval * 1000));
    if (!(await this.verdicts.claim(evaluation, now, stretch.current))) return null;

    const figures = await this.figuresOf(stretch, now);
    const judgement = judge(figures, this.limits);
    await this.verdicts.keep(evaluation, judgement, figures);
    this.metrics.guardrailVerdicts.inc({ verdict: judgement.verdict });
    const action = await this.act(judgement, stretch, history);
    if (action) {
      this.metrics.guardrailActions.inc({ action });
      await this.verdicts.acted(evaluation, action);
    }
    return { ...judgement, version: stretch.current.version, action };
  }

  private async figuresOf({ evidenceSince }: Stretch, now: number): Promise<GuardrailFigures> {
    const window: Span = { from: Math.max(now - this.limits.window * 1000, evidenceSince), to: now + 1 };
    const [external, local, guesses] = await Promise.all([
      this.figures.of('external', window),
      this.figures.of('local', window),
      this.figures.guesses(window, { from: window.from - HABIT, to: window.from }),
    ]);
    if (local.successes >= this.limits.minUsers) return { external, baseline: local, guesses };
    // Faults are compared within the window only; how long a local sign-in takes has not changed since last week.
    const { successes, p95 } = await this.figures.of('local', { from: now - LOCAL_PAST, to: now + 1 });
    return { external, baseline: { ...local, successes, p95 }, guesses };
  }

  private async act(
    judgement: Judgement,
    stretch: Stretch,
    history: readonly RolloutPolicy[],
  ): Promise<GuardrailAction | null> {
    const { verdict, reasons, alarming } = judgement;
    const { current } = stretch;
    const about = { verdict, reasons, stage: current.stage, percent: current.percent };
    if (verdict === 'failing') this.logger.warn(about, 'the external side fails by the guardrail');
    if (alarming)
      this.logger.error({ ...about, alert: true }, 'wrong passwords and lockouts are on the rise');
    if (verdict === 'failing' && (await this.hasFailedEnough(stretch))) return this.goBack(about, history);
    if (!alarming || current.hold !== null) return null;
    const hold = cut(`${ALARM}${reasons.join('; ')}`);
    const { stage, percent } = current;
    const decided = await this.decide({ stage, percent, reason: hold, hold }, current.version);
    return decided ? 'hold' : null;
  }

  private async hasFailedEnough({ evidenceSince }: Stretch): Promise<boolean> {
    const { failures } = this.limits;
    const latest = await this.verdicts.since(evidenceSince, failures);
    return latest.length === failures && latest.every(({ verdict }) => verdict === 'failing');
  }

  /** Once: whatever happens after it is for a person to see, who lifts the hold. */
  private async goBack(
    about: { reasons: string[] },
    history: readonly RolloutPolicy[],
  ): Promise<GuardrailAction | null> {
    const left = await this.verdicts.versionsLeft();
    const bad = history.filter(({ version }) => left.has(version));
    const target = lastGood(history, (policy) => bad.some((one) => isSameStage(one, policy)));
    const [current] = history;
    if (!current || !target || current.hold?.reason.startsWith(WENT_BACK)) return null;
    const hold = cut(`${WENT_BACK}${about.reasons.join('; ')}`);
    const testers = await Promise.all(target.testUserIds.map((id) => this.users.findById(id)));
    const testUsers = testers.flatMap((user) => (user ? [user.username] : []));
    const { stage, percent } = target;
    const decided = await this.decide({ stage, percent, testUsers, reason: hold, hold }, current.version);
    if (!decided) return null;
    this.logger.error({ ...about, alert: true, to: { stage, percent } }, 'the guardrail went back a stage');
    return 'back';
  }

  /** @returns false where somebody else decides at the same moment, which is looked at next time */
  private async decide(
    { stage, ...change }: Omit<RolloutDecision, 'stage'> & { stage: Stage },
    version: number,
  ): Promise<boolean> {
    try {
      await this.rollout.change({ ...change, stage: stage as OpenStage }, version, GUARDRAIL);
      return true;
    } catch (error) {
      this.logger.error(
        { err: error },
        'the guardrail could not decide; it tries again at its next evaluation',
      );
      return false;
    }
  }
}

const isSameStage = (one: RolloutPolicy, other: RolloutPolicy) =>
  one.stage === other.stage && (one.stage !== 'percent' || one.percent === other.percent);

const cut = (text: string) => [...text].slice(0, LONGEST_REASON).join('');
