import type { RehearsalResult } from '../rehearsal-result';
import { peopleChart, stepsChart, timesChart, verdictsChart } from './charts';
import { factsOf } from './facts';
import { attribute, escaped } from './html-text';
import { STYLE } from './style';

const SIDES = ['local', 'external'];
const VERDICTS = ['healthy', 'inconclusive', 'failing'];

/** The report as one page that needs nothing else: no script, no font, no address. */
export function htmlReport(result: RehearsalResult): string {
  const facts = factsOf(result);
  return `<!doctype html>
<html lang="en" class="${result.outcome}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${escaped(`Rehearsal: ${facts.headline}`)}</title>
<style>${STYLE}</style>
</head>
<body>
<h1>Rehearsal of the migration</h1>
<p class="verdict">${escaped(facts.headline)}</p>
<p class="summary">${escaped(facts.summary)}</p>
${listed('Why not', result.findings)}${listed('People concerned', facts.people)}
<h2>What was proved</h2>
<table class="proofs">${facts.proofs.map(pair).join('')}</table>
<h2>In pictures</h2>
<div class="charts">
${figure('People on each side', SIDES, peopleChart(result.rounds))}
${figure('Sign-in time, p95, ms', SIDES, timesChart(result.rounds))}
${figure('Guardrail over time', VERDICTS, verdictsChart(result))}
${figure('Time of each step', [], stepsChart(result))}
</div>
<h2>Sign-ins, stage by stage</h2>
<div class="wide" tabindex="0" role="region" aria-label="Sign-ins, stage by stage"><table class="rounds">${heads(facts.rounds.headings)}${facts.rounds.rows.map(row).join('')}</table></div>
<p class="note">${escaped(facts.refusals)}</p>
<div class="columns">
<section><h2>Most memory (resident)</h2><table>${facts.memory.map(pair).join('')}</table></section>
<section><h2>Settings of the rehearsal</h2><table>${facts.settings.map(pair).join('')}</table></section>
</div>
${listed('To be known', [...result.cautions, ...facts.limits])}
<p class="note">To do it again: <code>${escaped(facts.repeat)}</code></p>
</body>
</html>
`;
}

const listed = (title: string, items: string[]) =>
  items.length === 0
    ? ''
    : `<h2>${escaped(title)}</h2><ul>${items.map((text) => `<li>${escaped(text)}</li>`).join('')}</ul>\n`;

const pair = ([name, value]: [string, string]) =>
  `<tr><th scope="row">${escaped(name)}</th><td>${escaped(value)}</td></tr>`;

const heads = (headings: string[]) =>
  `<thead><tr>${headings.map((heading) => `<th scope="col">${escaped(heading)}</th>`).join('')}</tr></thead>`;

const row = (cells: string[]) => `<tr>${cells.map((cell) => `<td>${escaped(cell)}</td>`).join('')}</tr>`;

const figure = (title: string, kinds: string[], chart: string) =>
  `<figure><figcaption>${escaped(title)}${kinds.map(key).join('')}</figcaption>${chart}</figure>`;

const key = (kind: string) => `<span class="key"><i class="${attribute(kind)}"></i>${escaped(kind)}</span>`;
