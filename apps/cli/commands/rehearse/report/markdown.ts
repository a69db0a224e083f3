import { visible } from '../../../output';
import type { RehearsalResult } from '../rehearsal-result';
import { factsOf } from './facts';
import { spansOf } from './verdict-spans';

/** The report for whoever reads text. */
export function markdownReport(result: RehearsalResult): string {
  const facts = factsOf(result);
  const lines = [
    `# Rehearsal of the migration`,
    '',
    `**${escaped(facts.headline)}**`,
    '',
    escaped(facts.summary),
    '',
    ...section('Why not', result.findings.map(item)),
    ...section('People concerned', facts.people.map(item)),
    ...section('What was proved', tabled(['What', 'Result'], facts.proofs)),
    ...section('Sign-ins, stage by stage', tabled(facts.rounds.headings, facts.rounds.rows)),
    facts.refusals,
    '',
    ...section(
      'Guardrail',
      tabled(['Stage', 'Verdict', 'Times running', 'From', 'What followed'], verdictRows(result)),
    ),
    ...section('Time of each step', tabled(['Step', 'Time'], facts.steps)),
    ...section('Most memory (resident)', tabled(['Process', 'Memory'], facts.memory)),
    ...section('To be known', [...result.cautions, ...facts.limits].map(item)),
    ...section('Settings of the rehearsal', tabled(['Setting', 'Value'], facts.settings)),
    `To do it again: \`${facts.repeat}\``,
    '',
  ];
  return visible(lines.join('\n'));
}

const section = (title: string, lines: string[]) =>
  lines.length === 0 ? [] : [`## ${title}`, '', ...lines, ''];

const item = (text: string) => `- ${escaped(text)}`;

function tabled(headings: string[], rows: string[][]): string[] {
  if (rows.length === 0) return [];
  const line = (cells: string[]) => `| ${cells.map(escaped).join(' | ')} |`;
  return [line(headings), line(headings.map(() => '---')), ...rows.map(line)];
}

/** A name may hold what Markdown, or a page made of it, would take for its own. */
const escaped = (text: string) => text.replace(/[\\`*_|<>[\]#]/g, '\\$&').replaceAll('\n', ' ');

function verdictRows({ verdicts, startedAt }: RehearsalResult): string[][] {
  return spansOf(verdicts).map(({ stage, verdict, count, from, actions }) => [
    stage,
    verdict,
    String(count),
    `${((Date.parse(from) - Date.parse(startedAt)) / 1000).toFixed(0)} s`,
    actions.join(', ') || '-',
  ]);
}
