import type { RefusalCode } from '../errors';

/** What a refused call means to us. */
export type RefusalClass =
  | RefusalCode
  /** Conditional access: a rule about device, place or application. */
  | 'blocked_by_policy'
  /** Consent or client faults: an operator has to act. */
  | 'misconfigured'
  | 'grant_dead'
  | 'transient'
  | 'throttled';

const CLASSES: Record<RefusalClass, readonly number[]> = {
  invalid_credentials: [50126, 50056, 50034, 51004],
  account_locked: [50053],
  password_expired: [50055, 50144],
  account_disabled: [50057],
  mfa_required: [50072, 50074, 50076, 50078, 50079],
  blocked_by_policy: [53000, 53001, 53002, 53003, 53004, 530035],
  misconfigured: [65001, 50105, 700011, 700016, 70002, 7000215, 7000222, 7000218, 9001023, 90002, 900144],
  grant_dead: [700082, 70000, 70008, 70043, 50173, 50133, 700084],
  transient: [90006, 90012, 90024, 90033, 90090, 50033, 80001, 80002, 80014],
  throttled: [90055, 50196],
};

/**
 * Entra's error numbers by what they mean to us, from Microsoft's page "Microsoft Entra authentication and
 * authorization error codes". A number that is not here decides nothing: OAuth's `error` and the status do.
 */
export const AADSTS_CLASSES: ReadonlyMap<number, RefusalClass> = new Map(
  Object.entries(CLASSES).flatMap(([name, numbers]) =>
    numbers.map((number) => [number, name as RefusalClass]),
  ),
);
