import type { RehearsalResult, Round } from '../rehearsal-result';
import { duration } from './facts';
import { attribute, escaped } from './html-text';
import { spansOf, type VerdictSpan } from './verdict-spans';

/** Drawn at the width of a phone, so that nothing gets too small to read there; wider pages show them larger. */
const WIDTH = 360;
const LABEL = 126;
const VALUE = 64;
const ROW = 19;
const BAR = 11;
const TOP = 6;
const ROOM = WIDTH - LABEL - VALUE;
/** Of the chart whose names are the longest. */
const WIDE = { label: 166, room: WIDTH - 166 - 48 };

/** How many people sign in on each side, stage by stage. */
export function peopleChart(rounds: readonly Round[]): string {
  const rows = rounds.flatMap(({ name, people }) => (people === null ? [] : [{ name, people }]));
  const body = rows.map(({ name, people: { local, external } }, index) => {
    const all = Math.max(1, local + external);
    const width = (ROOM * external) / all;
    return (
      label(name, index) +
      bar(LABEL, index, ROOM - width, 'local') +
      bar(LABEL + ROOM - width, index, width, 'external') +
      value(LABEL + ROOM, index, `${share(external / all)} ext.`)
    );
  });
  return svg('Share of people on each side at every stage', rows.length, body);
}

const share = (part: number) =>
  part > 0 && part < 0.1 ? `${(100 * part).toFixed(1)} %` : `${Math.round(100 * part)} %`;

/** How long 95 of 100 sign-ins took, on each side. */
export function timesChart(rounds: readonly Round[]): string {
  const longest = Math.max(
    1,
    ...rounds.flatMap(({ local, external }) => [local.p95 ?? 0, external.p95 ?? 0]),
  );
  const width = (time: number | null) => (ROOM * (time ?? 0)) / longest;
  const half = BAR / 2 - 0.5;
  const body = rounds.map(({ name, local, external }, index) => {
    const y = TOP + index * ROW;
    return (
      label(name, index) +
      rect(LABEL, y, width(local.p95), half, 'local') +
      rect(LABEL, y + half + 1, width(external.p95), half, 'external') +
      value(LABEL + ROOM, index, `${local.p95 ?? '-'} / ${external.p95 ?? '-'}`)
    );
  });
  return svg(
    'p95 of sign-ins on each side at every stage, local then external, in milliseconds',
    rounds.length,
    body,
  );
}

/** What the guardrail said while each stage was open; higher is worse, so that colour is not all there is. */
export function verdictsChart({ verdicts }: RehearsalResult): string {
  const spans = spansOf(verdicts);
  const [first, last] = [spans[0], spans.at(-1)];
  if (!first || !last) return '';
  const begin = Date.parse(first.from);
  const length = Math.max(1000, Date.parse(last.to) + 1000 - begin);
  const x = (at: number) => LABEL + ((WIDTH - LABEL) * (at - begin)) / length;
  const stages = stagesOf(spans);
  const body = stages.map((stage, index) => {
    const bars = stage.map((span) => {
      const from = x(Date.parse(span.from));
      const height = HEIGHTS[span.verdict];
      const width = Math.max(1.5, x(Date.parse(span.to) + 1000) - from);
      const back = span.actions.length > 0 ? value(from + width, index, '◂ went back') : '';
      return rect(from, TOP + index * ROW + BAR - height, width, height, span.verdict) + back;
    });
    return label(stage[0]?.stage ?? '', index) + bars.join('');
  });
  return svg('Verdicts of the guardrail over time, a line for each stage', stages.length, body);
}

const HEIGHTS = { healthy: 4, inconclusive: 7, failing: BAR };

/** Spans that follow one another in one stage. */
function stagesOf(spans: readonly VerdictSpan[]): VerdictSpan[][] {
  const stages: VerdictSpan[][] = [];
  for (const span of spans) {
    const last = stages.at(-1);
    if (last?.[0]?.stage === span.stage) last.push(span);
    else stages.push([span]);
  }
  return stages;
}

/** Where the time went. */
export function stepsChart({ steps }: RehearsalResult): string {
  const longest = Math.max(1, ...steps.map(({ took }) => took));
  const body = steps.map(
    ({ name, took }, index) =>
      label(name, index) +
      bar(WIDE.label, index, (WIDE.room * took) / longest, 'step') +
      value(WIDE.label + WIDE.room, index, duration(took)),
  );
  return svg('Time of each step', steps.length, body);
}

function svg(title: string, rows: number, body: string[]): string {
  const height = TOP * 2 + Math.max(1, rows) * ROW;
  return `<svg viewBox="0 0 ${WIDTH} ${height}" role="img" aria-label="${attribute(title)}">${body.join('')}</svg>`;
}

const label = (text: string, index: number) =>
  `<text x="0" y="${TOP + index * ROW + BAR - 1.5}">${escaped(text)}</text>`;

const value = (x: number, index: number, text: string) =>
  `<text x="${round(x + 4)}" y="${TOP + index * ROW + BAR - 1.5}" class="value">${escaped(text)}</text>`;

const bar = (x: number, index: number, width: number, kind: string) =>
  rect(x, TOP + index * ROW, width, BAR, kind);

const rect = (x: number, y: number, width: number, height: number, kind: string) =>
  width <= 0
    ? ''
    : `<rect x="${round(x)}" y="${round(y)}" width="${round(width)}" height="${round(height)}" class="${kind}"/>`;

const round = (value: number) => Math.round(value * 100) / 100;
