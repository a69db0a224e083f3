import { availableParallelism, cpus, loadavg } from 'node:os';
import { TOKEN_LIFETIME } from '../ground.mjs';
import { beginningOf, described } from '../scans.mjs';

/** @import { Outcome } from '../run-profile.mjs' */

/**
 * @typedef {object} Report
 * @property {string} at
 * @property {Record<string, unknown>} machine
 * @property {number} people
 * @property {Outcome[]} outcomes
 * @property {{ statement: string, times: number, rows: number, plan: string }[]} scans
 * @property {import('../plans.mjs').Explained[]} plans
 */

const loadBefore = loadavg();

/** @param {string} database its name and version @param {number} people */
export const machine = (database, people) => ({
  at: new Date().toISOString(),
  people,
  machine: {
    node: process.version,
    database,
    cpu: cpus()[0]?.model,
    cores: availableParallelism(),
    /** What else the machine was doing: averages of 1, 5 and 15 minutes. */
    loadBefore,
    loadAfter: loadavg(),
  },
});

/** @param {Report} report */
export function markdown(report) {
  const profiles = [...new Set(report.outcomes.map(({ profile }) => profile))];
  return [
    '# Load test',
    '',
    `${report.at}. ${report.people} people in ${report.machine.database}, Node.js ${report.machine.node}, ${report.machine.cores} cores that also run the database, the stand-in and the load.`,
    ...profiles.flatMap((profile) =>
      profileText(report.outcomes.filter((outcome) => outcome.profile === profile)),
    ),
    '',
    '## Statements without an index',
    '',
    report.scans.length === 0
      ? 'None read 1,000 rows or more without an index.'
      : table(
          ['times', 'most rows', 'statement', 'plan'],
          report.scans.map(({ statement, times, rows, plan }) => [
            times,
            rows,
            `\`${beginningOf(statement)}\``,
            plan,
          ]),
        ),
    '',
    '## What is asked while people come',
    '',
    `${report.plans.length} kinds of SELECT, UPDATE and DELETE, with the plan that the server has for each; ${report.plans.filter(({ scan }) => scan).length} read a whole table or index of 1,000 rows or more, ${report.plans.filter(({ plan }) => plan === null).length} could not be explained.`,
    '',
    table(
      ['times', 'reads all', 'statement', 'plan'],
      report.plans.map(({ statement, times, plan, scan }) => [
        times,
        scan ? 'yes' : 'no',
        `\`${beginningOf(statement)}\``,
        described(plan) || 'by no row of a table',
      ]),
    ),
  ].join('\n');
}

/** @param {Outcome[]} outcomes of one profile, local only first */
function profileText(outcomes) {
  const baseline = outcomes.find(({ side }) => side === 'local only');
  const operations = [...new Set(outcomes.flatMap((outcome) => Object.keys(outcome.operations)))];
  const rows = operations.flatMap((operation) =>
    outcomes.map((outcome) => {
      const figures = outcome.operations[operation];
      const beside = baseline?.operations[operation];
      if (!figures) return [operation, outcome.side, '–', '–', '–', '–', '–', '–'];
      const { latency } = figures;
      return [
        operation,
        outcome.side,
        `${figures.perSecond.toFixed(1)}/s`,
        ms(latency.p50),
        ms(latency.p95),
        ms(latency.p99),
        beside && outcome !== baseline ? ratio(latency.p95, beside.latency.p95) : '–',
        Object.entries(figures.codes)
          .map(([code, times]) => `${code} ${times}`)
          .join(', '),
      ];
    }),
  );
  return [
    '',
    `## ${outcomes[0]?.profile}`,
    '',
    table(['operation', 'side', 'answers', 'p50', 'p95', 'p99', 'p95 beside local', 'codes'], rows),
    '',
    ...outcomes.map(sideText),
  ];
}

/** @param {Outcome} outcome */
function sideText(outcome) {
  const signIns = outcome.operations['sign-in']?.codes['ok'] ?? 0;
  const { login = 0, ...others } = outcome.upstream;
  const later = Object.entries(others).filter(([, calls]) => calls > 0);
  const memory = outcome.samples.map((sample) => sample.memory).filter(Number.isFinite);
  const lag = outcome.samples.map((sample) => sample.lag).filter(Number.isFinite);
  return [
    `- ${outcome.side}: `,
    memory.length > 0
      ? `memory up to ${Math.max(...memory).toFixed(0)} MB (slope of what is held after garbage collections: ${outcome.memorySlope === null ? 'too short to tell' : `${outcome.memorySlope.toFixed(0)} MB/h`}), `
      : '',
    lag.length > 0 ? `event loop p99 up to ${ms(Math.max(...lag))}, ` : '',
    outcome.side === 'migrated'
      ? `upstream: ${(login / Math.max(1, signIns)).toFixed(2)} sign-in calls a sign-in, ` +
        `${(later.reduce((sum, [, calls]) => sum + calls, 0) / Math.max(outcome.sessionHours, 1e-9)).toFixed(0)} other calls a session-hour at a token lifetime of ${TOKEN_LIFETIME} s ` +
        `(${later.map(([operation, calls]) => `${operation} ${calls}`).join(', ') || 'none'}), `
      : '',
    outcome.recovery === null
      ? ''
      : `first sign-in ${outcome.recovery.toFixed(1)} s after the provider was back, `,
    `audit trail ${outcome.audit.recorded} of ${outcome.audit.counted} sign-ins, `,
    `unhandled rejections ${outcome.unhandled}.`,
  ].join('');
}

const ms = (/** @type {number} */ value) => `${value < 100 ? value.toFixed(1) : value.toFixed(0)} ms`;
const ratio = (/** @type {number} */ value, /** @type {number} */ beside) => (value / beside).toFixed(2);

/** @param {string[]} head @param {(string | number)[][]} rows */
function table(head, rows) {
  return [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}
