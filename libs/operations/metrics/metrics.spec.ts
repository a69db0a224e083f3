import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Gauge } from 'prom-client';
import { LABELS } from './labels';
import { Metrics } from './metrics';

const DOCUMENT = join(__dirname, '../../../docs/monitoring.md');

/** Name and labels of each metric, as one line. */
const line = (name: string, labels: readonly string[]) => `${name}{${[...labels].sort().join()}}`;

describe('the metrics', () => {
  const registered = new Metrics().registry.getMetricsAsArray().map((metric) => ({
    name: metric.name,
    labels: (metric as unknown as Gauge & { labelNames: string[] }).labelNames,
  }));

  it('are those of docs/monitoring.md, with their labels, and no others', () => {
    const rows = [...readFileSync(DOCUMENT, 'utf8').matchAll(/^\| `(cutover_\w+)` *\| ([^|]*)\|/gm)];
    const documented = rows.map(([, name = '', labels = '']) =>
      line(
        name,
        [...labels.matchAll(/`(\w+)`/g)].map(([, label = '']) => label),
      ),
    );
    expect(documented.sort()).toEqual(registered.map(({ name, labels }) => line(name, labels)).sort());
  });

  it('have labels whose values are known', () => {
    const known = Object.entries(LABELS).map(([name, labels]) =>
      line(`cutover_${name}`, Object.keys(labels)),
    );
    const labelled = registered.filter(({ labels }) => labels.length > 0);
    expect(known.sort()).toEqual(labelled.map(({ name, labels }) => line(name, labels)).sort());
  });
});
