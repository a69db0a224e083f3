import { Injectable, Logger } from '@nestjs/common';
import { RefusedByProvider, supportIds } from '@cutover/external-auth';
import { type AuditEntry, AuditTrail } from '@cutover/operations';
import type { SignInAttempt } from './sign-in-attempt';
import { answerCodeOf } from './refusal';

/** By which the other side can be asked why. */
function detailOf(error: unknown): Pick<AuditEntry, 'detail'> {
  if (!(error instanceof RefusedByProvider)) return {};
  const ids = supportIds(error.failure);
  return Object.keys(ids).length === 0 ? {} : { detail: ids };
}

/**
 * Refused sign-ins in the audit trail; those that succeed are recorded with their session. Faults and rate limits are
 * not: they say nothing about a person, and a flood must not fill the trail.
 */
@Injectable()
export class SignInRecord {
  private readonly logger = new Logger(SignInRecord.name);

  constructor(private readonly audit: AuditTrail) {}

  /** Never fails: the answer is the refusal, whether or not it could be recorded. */
  async refused({ user, fallback }: SignInAttempt, error: unknown): Promise<void> {
    const code = answerCodeOf(error);
    if (code === null) return;
    // By id only: what was typed as a name that nobody has may be a password.
    const entry = {
      actor: 'anonymous',
      subject: user && `user:${user.id}`,
      outcome: 'failure' as const,
      code,
      ...detailOf(error),
    };
    try {
      await this.audit.record({ ...entry, action: 'sign_in' });
      if (fallback) await this.audit.record({ ...entry, action: 'sign_in.fallback' });
    } catch (failure) {
      this.logger.error(
        { err: failure, code, userId: user?.id },
        'a refused sign-in is not in the audit trail',
      );
    }
  }
}
