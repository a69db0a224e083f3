import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { collectDefaultMetrics, Registry } from 'prom-client';
import { LABELS } from './labels';
import { Metrics } from './metrics';

const WORKSPACE = join(__dirname, '../../..');

/** Who asks for metrics: whoever renames one finds out here. */
const FILES = [
  'docker/prometheus/alerts.yml',
  'docker/grafana/dashboards/cutover.json',
  'docs/runbook.md',
] as const;

const ours = new Metrics().registry.getMetricsAsArray().map(({ name }) => name);
const everybodys = new Registry();
collectDefaultMetrics({ register: everybodys });
const known = new Set([...ours, ...everybodys.getMetricsAsArray().map(({ name }) => name)]);

afterAll(() => {
  everybodys.clear();
});

/** What Prometheus adds by itself, and what a histogram makes of buckets. */
const COMMON = new Set(['job', 'instance', 'le']);

describe.each(FILES)('%s', (file) => {
  const text = readFileSync(join(WORKSPACE, file), 'utf8').replaceAll('\\"', '"');
  // Not the groups of the rules, nor their recorded series.
  const uses = [...text.matchAll(/\b((?:cutover|nodejs|process)_\w+)(\{[^{}]*\})?/g)].map(
    ([, name = '', labels = '']) => ({
      name: name.replace(/_(bucket|count|sum)$/, (part) => (known.has(name) ? part : '')),
      labels,
    }),
  );

  it('asks for metrics that there are', () => {
    const unknown = uses.filter(({ name }) => !known.has(name)).map(({ name }) => name);
    expect(uses.length).toBeGreaterThan(20);
    expect(unknown).toEqual([]);
  });

  it('asks for labels, and values of them, that these have', () => {
    const wrong = uses.flatMap(({ name, labels }) =>
      [...labels.matchAll(/(\w+)(=~|!=|!~|=)"([^"]*)"/g)].flatMap(
        ([matcher, label = '', operator = '', value = '']) => {
          if (COMMON.has(label)) return [];
          const values = LABELS[name.replace(/^cutover_/, '')]?.[label] ?? [];
          const asked = operator.endsWith('~') ? value.split('|') : [value];
          return asked.every((one) => values.includes(one)) ? [] : [`${name} ${matcher}`];
        },
      ),
    );
    expect(wrong).toEqual([]);
  });
});
