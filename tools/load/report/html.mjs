import { chart } from './chart.mjs';
import { markdown } from './markdown.mjs';

/** @import { Report } from './markdown.mjs' */
/** @import { Outcome } from '../run-profile.mjs' */

const escaped = (/** @type {string} */ text) =>
  text.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);

/** One file that needs nothing else: the figures as in Markdown, each profile with its charts. @param {Report} report */
export function html(report) {
  const sections = markdown(report)
    .split(/^## /m)
    .map((section, index) => {
      const title = section.split('\n', 1)[0] ?? '';
      const charts = report.outcomes.filter(({ profile }) => profile === title).map(chartsOf);
      const body = rendered(section.split('\n').slice(1));
      return index === 0
        ? `<h1>Load test</h1>${body}`
        : `<section><h2>${escaped(title)}</h2>${body}<div class="charts">${charts.join('')}</div></section>`;
    });
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Cutover: load test</title>
<style>
  :root { color-scheme: light dark; font: 15px/1.5 system-ui, sans-serif; }
  body { margin: 2rem auto; max-width: 72rem; padding: 0 1rem; }
  .table { overflow-x: auto; }
  table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
  th, td { border-bottom: 1px solid #8884; padding: .25rem .75rem .25rem 0; text-align: left; vertical-align: top; }
  th, td:not(:last-child) { white-space: nowrap; }
  td:has(code) { min-width: 24rem; overflow-wrap: anywhere; white-space: normal; }
  .charts { display: grid; gap: 1rem; grid-template-columns: repeat(auto-fit, minmax(min(100%, 20rem), 1fr)); margin-top: 1rem; }
  .charts svg { background: #fff; border-radius: .5rem; height: auto; width: 100%; }
</style>
${sections.join('\n')}
</html>
`;
}

/** @param {Outcome} outcome */
function chartsOf({ profile, side, perSecond, samples, events }) {
  const marks = events.map(({ second, what }) => ({ second, text: what }));
  const seconds = [...perSecond].map((second) => second ?? { ok: 0, refused: 0, slowest: 0 });
  const series = (/** @type {'ok' | 'refused' | 'slowest'} */ of) =>
    seconds.map((second, index) => /** @type {[number, number]} */ ([index, second[of]]));
  return [
    chart(`${profile}, ${side}: answers a second`, marks, [
      { name: 'success', colour: '#2563eb', points: series('ok') },
      { name: 'refusal or fault', colour: '#dc2626', points: series('refused') },
    ]),
    chart(`${profile}, ${side}: slowest answer of each second (ms)`, marks, [
      { name: 'slowest', colour: '#7c3aed', points: series('slowest') },
    ]),
    chart(`${profile}, ${side}: memory (MB)`, marks, [
      { name: 'resident', colour: '#0f766e', points: samples.map(({ second, memory }) => [second, memory]) },
      { name: 'heap', colour: '#d97706', points: samples.map(({ second, heap }) => [second, heap]) },
    ]),
  ].join('');
}

/** The Markdown that the report itself writes: paragraphs, list items and tables. @param {string[]} lines */
function rendered(lines) {
  const inline = (/** @type {string} */ text) => escaped(text).replace(/`([^`]*)`/g, '<code>$1</code>');
  const rows = lines.filter((line) => line.startsWith('|'));
  const cells = (/** @type {string} */ row, /** @type {string} */ tag) =>
    `<tr>${row
      .slice(2, -2)
      .split(' | ')
      .map((cell) => `<${tag}>${inline(cell)}</${tag}>`)
      .join('')}</tr>`;
  const table =
    rows.length > 0
      ? `<div class="table"><table>${cells(rows[0] ?? '', 'th')}${rows
          .slice(2)
          .map((row) => cells(row, 'td'))
          .join('')}</table></div>`
      : '';
  const items = lines.filter((line) => line.startsWith('- '));
  const paragraphs = lines.filter((line) => line && !/^[|-]/.test(line));
  return (
    paragraphs.map((line) => `<p>${inline(line)}</p>`).join('') +
    table +
    (items.length > 0 ? `<ul>${items.map((line) => `<li>${inline(line.slice(2))}</li>`).join('')}</ul>` : '')
  );
}
