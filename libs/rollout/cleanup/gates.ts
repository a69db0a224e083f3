import { type Listing, named } from '../backup/named-people';
import type { CleanupEvidence } from './cleanup-evidence';
import type { CleanupGate, GateId } from './gate';

const DAY = 24 * 60 * 60 * 1000;
/** Days for which a break-glass drill, a rehearsed restore and a backup count. */
export const VALID = { breakGlass: 7, rehearsal: 30, backup: 1 } as const;

/** Judges whether local passwords can go for good. Numbers in, judgement out. */
export function judgeCleanup(evidence: CleanupEvidence): CleanupGate[] {
  return [
    stageGate(evidence),
    localSignInsGate(evidence),
    peopleGate('pins', 'Nobody is pinned to the local side', evidence.people.pinnedLocal, {
      advice: 'Take the pins away with "cutover rollout unpin NAME", or deactivate these people.',
    }),
    peopleGate('linked', 'Every active person is linked', evidence.people.notLinked, {
      figures: { active: evidence.people.active },
      advice: 'Link them ("cutover users sync", or their own sign-in), or deactivate them.',
    }),
    peopleGate(
      'accounts',
      'Every active person has a usable account over there',
      evidence.people.withoutAccount,
      {
        advice:
          'Have their account enabled over there and sync again, or deactivate them: they could not sign in at all.',
      },
    ),
    peopleGate('dormant', 'Dormant people are decided', evidence.people.undecided, {
      figures: { days: evidence.days },
      advice:
        'Show that the other side knows them (sync, with an account that is usable), pin them to it, or deactivate them.',
    }),
    recentGate('break_glass', 'A break-glass account signed in while the provider was unreachable', {
      ...evidence,
      at: evidence.breakGlass.accounts === 0 ? null : evidence.breakGlass.lastDrillAt,
      valid: VALID.breakGlass,
      figures: { accounts: evidence.breakGlass.accounts },
      advice:
        'Cut the API off from the provider, sign in with a break-glass account ("cutover break-glass add" makes one), and let it back on (docs/break-glass.md).',
    }),
    recentGate('rehearsal', 'A backup was restored in rehearsal', {
      ...evidence,
      at: evidence.lastRehearsalAt,
      valid: VALID.rehearsal,
      advice: 'Run "cutover rehearse", or restore a backup with "cutover restore".',
    }),
    recentGate('backup', 'There is a verified backup', {
      ...evidence,
      at: evidence.lastBackupAt,
      valid: VALID.backup,
      advice: 'Make one with "cutover backup --to FILE".',
    }),
  ];
}

function stageGate({ policy, useExternalAuth }: CleanupEvidence): CleanupGate {
  const { stage, hold } = policy;
  return gate('stage', 'The stage is all, without a hold, and the switch is on', {
    passed: stage === 'all' && hold === null && useExternalAuth,
    evidence: { stage, since: iso(policy.changedAt), hold: hold?.reason ?? null, useExternalAuth },
    advice: useExternalAuth
      ? 'Go on to the stage all ("cutover rollout promote"), and lift the hold when its cause is dealt with.'
      : 'Set USE_EXTERNAL_AUTH=true, for the API and for this command alike.',
  });
}

/** Silence proves something only for as long as somebody listened. */
function localSignInsGate({ now, days, localUse }: CleanupEvidence): CleanupGate {
  const { recordedSince, signIns, fallbacks, lastAt, unproven } = localUse;
  const reaches = recordedSince !== null && recordedSince <= now - days * DAY;
  const recordedDays = recordedSince === null ? 0 : Math.floor((now - recordedSince) / DAY);
  return gate('local_sign_ins', `Nobody signed in locally or by fallback for ${days} days`, {
    passed: reaches && unproven === 0 && signIns === 0 && fallbacks === 0,
    evidence: {
      days,
      recordedSince: iso(recordedSince),
      recordedDays,
      signIns,
      fallbacks,
      lastAt: iso(lastAt),
      unproven,
    },
    advice: adviceOn({ reaches, unproven, recordedDays, days }),
  });
}

function adviceOn(about: { reaches: boolean; unproven: number; recordedDays: number; days: number }): string {
  const { reaches, unproven, recordedDays, days } = about;
  if (unproven > 0)
    return 'The audit trail does not prove itself ("cutover audit verify" names what is wrong): sign-ins may have been removed from it.';
  return reaches
    ? 'Find out who it was ("cutover rollout verify", the audit trail) and wait until these days have gone by without.'
    : `The records that prove themselves reach back ${recordedDays} of ${days} days. Wait.`;
}

function peopleGate(
  id: GateId,
  title: string,
  list: Listing,
  { figures = {}, advice }: { figures?: CleanupGate['evidence']; advice: string },
): CleanupGate {
  return {
    ...gate(id, title, { passed: list.count === 0, evidence: { people: list.count, ...figures }, advice }),
    people: list.count === 0 ? [] : [named(list).text],
  };
}

function recentGate(
  id: GateId,
  title: string,
  {
    now,
    at,
    valid,
    figures = {},
    advice,
  }: {
    now: number;
    at: number | null;
    /** Days. */
    valid: number;
    figures?: CleanupGate['evidence'];
    advice: string;
  },
): CleanupGate {
  return gate(id, `${title} in the last ${valid === 1 ? '24 hours' : `${valid} days`}`, {
    passed: at !== null && now - at <= valid * DAY,
    evidence: { lastAt: iso(at), ...figures },
    advice,
  });
}

function gate(
  id: GateId,
  title: string,
  { advice, ...judged }: Pick<CleanupGate, 'passed' | 'evidence'> & { advice: string },
): CleanupGate {
  return { id, title, ...judged, people: [], advice: judged.passed ? null : advice };
}

const iso = (at: number | null) => (at === null ? null : new Date(at).toISOString());
