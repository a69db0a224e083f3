import type { GuessFigures, SideFigures } from '../evidence/outcome-figures';

export const VERDICTS = ['healthy', 'inconclusive', 'failing'] as const;
export type Verdict = (typeof VERDICTS)[number];

/** What is compared. */
export interface GuardrailFigures {
  external: SideFigures;
  /** What it is measured by: the local side, or an earlier stage. */
  baseline: SideFigures;
  guesses: GuessFigures;
}

export interface Limits {
  /** Distinct people below whom nothing is concluded; also below which a baseline says nothing. */
  minUsers: number;
}

export interface Judgement {
  verdict: Verdict;
  /** For operators, with the figures that decided. */
  reasons: string[];
  /** Wrong passwords or lockouts are on the rise: somebody is guessing, or people do not know which password counts. */
  alarming: boolean;
}

/** Share of distinct people who meet a fault, beyond those who meet one on the other side. */
export const MOST_FAULTY = 0.02;
/** Share of distinct people whom the migration turned away. */
export const MOST_REFUSED = 0.01;
/** So many times as long as the baseline may sign-ins take. */
export const MOST_SLOWER = 3;
/** Rise in the mean share of a person's attempts that end in a wrong password or a lockout. */
export const MOST_GUESSES = 0.1;

/**
 * What figures say of the external side. Faults, refusals of people on their own devices and the time of sign-ins that
 * succeed can fail it; wrong passwords and lockouts never do: anybody can cause those under anybody's name.
 */
export function judge({ external, baseline, guesses }: GuardrailFigures, { minUsers }: Limits): Judgement {
  if (external.people < minUsers) {
    const reason = `too little evidence: ${external.people} of at least ${minUsers} people`;
    return { verdict: 'inconclusive', reasons: [reason], alarming: false };
  }
  const failings = [
    ...faultsOf(external, baseline, minUsers),
    ...refusalsOf(external),
    ...slownessOf(external, baseline, minUsers),
  ];
  const rise = guesses.now - guesses.before;
  const alarming = guesses.people >= minUsers && rise > MOST_GUESSES;
  const alarm = `wrong passwords and lockouts: ${percent(guesses.now)} of attempts, ${percent(guesses.before)} by the same people before`;
  const reasons = [...failings, ...(alarming ? [alarm] : [])];
  if (failings.length > 0) return { verdict: 'failing', reasons, alarming };
  return { verdict: alarming ? 'inconclusive' : 'healthy', reasons, alarming };
}

/** Why faults fail it; nothing where they do not. There is somebody in `external`. */
export function faultsOf(external: SideFigures, baseline: SideFigures, minUsers: number): string[] {
  const share = external.faulty / external.people;
  const elsewhere = baseline.people >= minUsers ? baseline.faulty / baseline.people : 0;
  if (share - elsewhere <= MOST_FAULTY) return [];
  const compared = elsewhere > 0 ? `, ${percent(elsewhere)} in comparison` : '';
  return [
    `faults: ${external.faulty} of ${external.people} people (${percent(share)}${compared}), at most ${percent(MOST_FAULTY)}`,
  ];
}

/** As {@link faultsOf}. */
export function refusalsOf({ people, refused }: SideFigures): string[] {
  const share = refused / people;
  if (share <= MOST_REFUSED) return [];
  return [
    `refusals: ${refused} of ${people} people on their own devices (${percent(share)}), at most ${percent(MOST_REFUSED)}`,
  ];
}

/** As {@link faultsOf}. A handful of sign-ins has no 95th percentile worth the name. */
export function slownessOf(external: SideFigures, baseline: SideFigures, minUsers: number): string[] {
  const enough = external.successes >= minUsers && baseline.successes >= minUsers;
  if (!enough || external.p95 === null || baseline.p95 === null) return [];
  if (external.p95 <= MOST_SLOWER * baseline.p95) return [];
  return [
    `time: p95 ${external.p95} ms, ${baseline.p95} ms in comparison, at most ${MOST_SLOWER} times that`,
  ];
}

const percent = (share: number) => `${(100 * share).toFixed(1)} %`;
