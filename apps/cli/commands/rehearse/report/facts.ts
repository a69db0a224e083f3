import type { Group, RehearsalResult, Round, Times } from '../rehearsal-result';

/** A report's words and figures, whatever it is written in. */
export interface Facts {
  headline: string;
  summary: string;
  /** The command line that does it again. */
  repeat: string;
  proofs: [string, string][];
  rounds: { headings: string[]; rows: string[][] };
  /** What to make of the refusals among them. */
  refusals: string;
  steps: [string, string][];
  memory: [string, string][];
  settings: [string, string][];
  people: string[];
  limits: string[];
}

export const ROUND_HEADINGS = [
  'Sign-ins',
  'People local',
  'People external',
  'Tried',
  'In, local',
  'In, external',
  'Refused',
  'Local p50 / p95',
  'External p50 / p95',
  'Promise',
];

const REFUSALS =
  'Inactive people of the sample try too, and must be refused: these are the invalid_credentials of a promise that was kept.';

/** What a rehearsal cannot know; an operator should say it before the board asks. */
const LIMITS = [
  'The provider is a stand-in: whether the real one understands this deployment, "cutover check-api" shows.',
  'The accounts over there are made to fit the names here. Who is ready in truth, "users sync" and the stage shadow find out.',
  'Times compare the sides on this machine; they are no forecast of the deployment.',
  'Mail, help desk and people’s habits are not rehearsed.',
];

export function factsOf(result: RehearsalResult): Facts {
  const { outcome, findings, startedAt, took, users, sample, seed, database, machine, version } = result;
  const verdict =
    outcome === 'go'
      ? 'every step went well, and everybody could sign in whenever the policy promised it'
      : `${findings.length} finding${findings.length === 1 ? '' : 's'}`;
  return {
    headline: `${outcome === 'go' ? 'GO' : 'NO GO'}: ${verdict}`,
    summary:
      `${number(users)} people (${sourceOf(result)}), ${number(sample)} of them drawn at random (seed ${seed}), who signed in at every stage. ` +
      `${database}; ${machine}, Node.js ${version}. Begun ${startedAt.slice(0, 16).replace('T', ' ')} UTC, took ${duration(took)}.`,
    repeat: repeatOf(result),
    proofs: proofsOf(result),
    rounds: { headings: ROUND_HEADINGS, rows: result.rounds.map(roundRow) },
    refusals: REFUSALS,
    steps: result.steps.map(({ name, took: milliseconds }) => [name, duration(milliseconds)]),
    memory: memoryOf(result),
    settings: Object.entries(result.settings),
    people: result.rounds.flatMap(({ name, broken, wrong }) => [
      ...named(name, broken),
      ...named(name, wrong),
    ]),
    limits: LIMITS,
  };
}

function sourceOf({ source }: RehearsalResult): string {
  if (source.kind === 'made') return 'made up, as legacy tables hold them';
  const whose = source.known ? 'a verified backup of this deployment' : 'not known to this deployment';
  return `restored from ${source.file}, ${whose}, SHA-256 ${source.sha256.slice(0, 12)}…`;
}

function repeatOf({ source, users, sample, seed, settings }: RehearsalResult): string {
  const who = source.kind === 'made' ? `--users ${users}` : `--from-backup ${source.file}`;
  return `cutover rehearse ${who} --sample ${sample} --seed ${seed} --fallback ${settings['EXTERNAL_AUTH_FALLBACK'] ?? 'local'}`;
}

function proofsOf(result: RehearsalResult): [string, string][] {
  const { restoredFrom, sync, readiness, automatic, manual, undo, legacy, restore, gates } = result;
  return [
    ...line(
      'Deployment’s backup',
      restoredFrom,
      ({ users, differing }) => `${number(users)} people restored, ${differing} differ from the file`,
    ),
    ...line(
      'Sync',
      sync,
      ({ linked, byName, ambiguous, proposed, review, withoutAccount }) =>
        `${number(linked)} linked, ${number(byName)} of them by name alone (--accept-name-matches); ${ambiguous} ambiguous, ${proposed} proposed, ${review} to be reviewed; ${number(withoutAccount)} have no account they could use and stay local`,
    ),
    ...line(
      'Shadow',
      readiness,
      ({ ready, atRisk, unknown, pinned }) =>
        `${number(ready)} ready, ${number(atRisk)} at risk, ${number(unknown)} unknown; ${pinned} pinned to local, as their password differs over there`,
    ),
    ['Looking back', lookedBack(gates)],
    ...line(
      'Automatic rollback',
      automatic,
      ({ after, from, to, signIns, hold }) =>
        `${duration(after)} after the provider began to fail, from ${from} to ${to}; ${signIns} sign-ins meanwhile. Hold: ${hold}`,
    ),
    ...line(
      'Manual rollback',
      manual,
      ({ toLocal, sessionsEnded, lockedOut }) =>
        `${number(toLocal)} people back to the local side, ${sessionsEnded} sessions ended, ${lockedOut} locked out`,
    ),
    ...line('Sync taken back', undo, ({ reversed, left }) => `${number(reversed)} changes, ${left} left`),
    ...line(
      'Legacy table at the end',
      legacy,
      ({ rows, before, after, definitionEqual }) =>
        `${number(rows)} rows, ${before === after ? 'equal to the byte' : 'NOT equal'} (SHA-256 ${after.slice(0, 16)}…); its definition is ${definitionEqual ? 'the same' : 'NOT the same'}`,
    ),
    ...line(
      'Backup restored afresh',
      restore,
      ({ users, links, linksBefore, rowsEqual, signedIn }) =>
        `${number(users)} people, ${number(links)} of ${number(linksBefore)} links, rows ${rowsEqual ? 'equal to the byte' : 'NOT equal'}; everybody of the sample ${signedIn ? 'signed in' : 'did NOT sign in'}; down to the legacy table again: ${legacy?.restoredEqual ? 'equal to the byte' : 'NOT equal'}`,
    ),
  ];
}

/** What "rollout verify" said. */
function lookedBack(gates: RehearsalResult['gates']): string {
  if (gates.length === 0) return 'not reached';
  const failed = gates.flatMap(({ stage, failed: names }) => names.map((name) => `${stage}, ${name}`));
  return failed.length === 0
    ? `rollout verify passed every gate at ${gates.map(({ stage }) => stage).join(', ')}`
    : `rollout verify did not pass: ${failed.join('; ')}`;
}

/** What was not come to is said so, rather than left out. */
function line<T>(name: string, fact: T | null, text: (fact: T) => string): [string, string][] {
  if (fact !== null) return [[name, text(fact)]];
  return name === 'Deployment’s backup' ? [] : [[name, 'not reached']];
}

function roundRow({ name, people, tried, local, external, refused, broken, wrong }: Round): string[] {
  const codes = Object.entries(refused).map(([code, count]) => `${count} ${code}`);
  return [
    name,
    people === null ? '-' : number(people.local),
    people === null ? '-' : number(people.external),
    number(tried),
    number(local.count),
    number(external.count),
    codes.join(', ') || '-',
    times(local),
    times(external),
    broken.count + wrong.count === 0 ? 'kept' : `BROKEN for ${broken.count + wrong.count}`,
  ];
}

const times = ({ p50, p95 }: Times) => (p50 === null || p95 === null ? '-' : `${p50} / ${p95} ms`);

function memoryOf({ memory }: RehearsalResult): [string, string][] {
  const { api, cli, cliCommand, standIn, rehearsal } = memory;
  const rows: [string, number][] = [
    ['API', api],
    [`command (${cliCommand || '-'})`, cli],
    ['stand-in of the provider', standIn],
    ['the rehearsal itself', rehearsal],
  ];
  return rows.map(([name, bytes]) => [
    name,
    bytes === 0 ? 'not measured here' : `${Math.round(bytes / 1_048_576)} MiB`,
  ]);
}

const named = (round: string, { count, first }: Group) =>
  first.length === 0
    ? []
    : [
        `${round}: ${first.map(({ username, what }) => `${username} (${what})`).join(', ')}${count > first.length ? ` and ${count - first.length} more` : ''}`,
      ];

export const number = (value: number) => value.toLocaleString('en-US');

export function duration(milliseconds: number): string {
  if (milliseconds < 60_000) return `${(milliseconds / 1000).toFixed(1)} s`;
  const seconds = Math.round(milliseconds / 1000);
  return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}
