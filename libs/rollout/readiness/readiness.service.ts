import { Injectable } from '@nestjs/common';
import { READINESS_REASONS, type ReadinessReason, type ReadinessReport } from '@cutover/contracts';
import { Census } from '../evidence/census';
import { readinessOf, riskOf } from './readiness-of';

/** Who is ready for the external side, from what is already known. */
@Injectable()
export class ReadinessService {
  constructor(private readonly census: Census) {}

  /** Counts everybody. Seconds at 100,000 people: for operators, not for a poll. */
  async report(): Promise<ReadinessReport> {
    const counts = { ready: 0, 'at-risk': 0, unknown: 0 };
    const reasons = Object.fromEntries(READINESS_REASONS.map((reason) => [reason, 0])) as Record<
      ReadinessReason,
      number
    >;
    for await (const person of this.census.everybody()) {
      counts[readinessOf(person)]++;
      const risk = riskOf(person);
      if (risk) reasons[risk]++;
    }
    const { ready, unknown, 'at-risk': atRisk } = counts;
    return { total: ready + atRisk + unknown, ready, atRisk, unknown, reasons };
  }
}
