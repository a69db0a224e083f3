import type { Listing } from '../backup/named-people';
import type { RolloutPolicy } from '../policy/rollout-policy';

/** What the gates are judged by. Instants are epoch milliseconds; `null` for what never was. */
export interface CleanupEvidence {
  now: number;
  /** Days that must have gone by without local sign-in, and without which a person is dormant. */
  days: number;
  useExternalAuth: boolean;
  policy: Pick<RolloutPolicy, 'stage' | 'hold' | 'changedAt'>;
  /** Of break-glass accounts nothing counts here. */
  localUse: {
    /** Since when sign-ins are on record, by entries that a holder of the key wrote. */
    recordedSince: number | null;
    /** What does not prove itself in the audit trail: as long as there is any, it shows no absence. */
    unproven: number;
    /** In the last {@link CleanupEvidence.days}. */
    signIns: number;
    fallbacks: number;
    lastAt: number | null;
  };
  people: {
    /** Active, without break-glass accounts. */
    active: number;
    pinnedLocal: Listing;
    notLinked: Listing;
    /** Linked, and the other side is known not to serve them. */
    withoutAccount: Listing;
    /** Active, away for all these days, and nothing says whether the other side would let them in. */
    undecided: Listing;
  };
  breakGlass: { accounts: number; lastDrillAt: number | null };
  lastRehearsalAt: number | null;
  lastBackupAt: number | null;
}
