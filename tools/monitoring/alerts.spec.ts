import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'yaml';

const WORKSPACE = join(__dirname, '../..');
const read = (path: string) => readFileSync(join(WORKSPACE, path), 'utf8');

interface Rule {
  alert?: string;
  record?: string;
  expr: string;
  labels?: Record<string, string>;
  annotations?: Record<string, string>;
}

interface RuleTest {
  name: string;
  promql_expr_test: { eval_time: string; exp_samples?: { labels: string }[] }[];
}

interface Panel {
  id: number;
  type: string;
  title: string;
  description?: string;
  gridPos: { x: number; y: number; w: number; h: number };
  targets?: { expr: string; datasource: { uid: string } }[];
}

const rules = (parse(read('docker/prometheus/alerts.yml')) as { groups: { rules: Rule[] }[] }).groups.flatMap(
  (group) => group.rules,
);
const alerts = rules.filter((rule) => rule.alert !== undefined);
const names = alerts.map(({ alert = '' }) => alert);
const { tests } = parse(read('docker/prometheus/alerts.test.yml'), { maxAliasCount: -1 }) as {
  tests: RuleTest[];
};
const runbook = read('docs/runbook.md');
const board = JSON.parse(read('docker/grafana/dashboards/cutover.json')) as {
  schemaVersion: number;
  panels: Panel[];
};
const panels = board.panels.filter(({ type }) => type !== 'row');

/** Debian's package `prometheus` has it; `npm test` installs that. */
function promtool(...args: string[]): { status: number | null; output: string } {
  const { status, stdout, stderr, error } = spawnSync('promtool', args, { encoding: 'utf8' });
  if (error) throw error;
  return { status, output: stdout + stderr };
}

describe('the alerting rules', () => {
  it('are rules to Prometheus', () => {
    expect(promtool('check', 'rules', join(WORKSPACE, 'docker/prometheus/alerts.yml'))).toMatchObject({
      status: 0,
    });
  });

  it('fire and clear as their tests say', () => {
    const { status, output } = promtool(
      'test',
      'rules',
      join(WORKSPACE, 'docker/prometheus/alerts.test.yml'),
    );
    expect({ status, output: output.trim() }).toEqual({
      status: 0,
      output: expect.stringMatching(/SUCCESS$/),
    });
  }, 60_000);

  it('have a name of their own, a severity, and words for whoever is woken', () => {
    expect(new Set(names).size).toBe(names.length);
    for (const { alert, labels, annotations } of alerts) {
      expect(labels).toEqual({ severity: expect.stringMatching(/^(critical|warning)$/) });
      expect(annotations).toEqual({
        summary: expect.stringMatching(/\S/),
        description: expect.stringMatching(/\S/),
        runbook_url: `docs/runbook.md#${alert?.toLowerCase()}`,
      });
    }
  });

  it.each(names)('%s is seen to fire, and not to fire after that', (alert) => {
    const moments = tests
      .filter(({ name }) => name.includes(alert))
      .map(({ promql_expr_test: looks }) =>
        [...looks]
          .sort((one, other) => minutes(one.eval_time) - minutes(other.eval_time))
          .map(({ exp_samples: samples = [] }) =>
            samples.some(({ labels }) => labels.includes(`alertname="${alert}"`)),
          ),
      );
    expect(moments.some((fires) => fires.includes(true) && fires.at(-1) === false)).toBe(true);
  });
});

describe('the runbook', () => {
  const sections = [...runbook.matchAll(/^### (\w+)\n(.*?)(?=^##|(?![^]))/gms)];

  it('has one section for each alert, in their order', () => {
    expect(sections.map(([, name]) => name)).toEqual(names);
  });

  it.each(sections.map(([, name, text]) => [name, text]))(
    '%s: what it means, what to check, what to do, and how it ends',
    (_name, text = '') => {
      const parts = [...text.matchAll(/^\*\*(\w+)\.\*\* \S/gm)].map(([, part]) => part);
      expect(parts).toEqual(['Meaning', 'Check', 'Act', 'Verify']);
    },
  );

  it('points to sections and pages that there are', () => {
    const anchors = [...runbook.matchAll(/\]\(#(\w+)\)/g)].map(([, anchor]) => anchor);
    expect(anchors.length).toBeGreaterThan(10);
    expect(names.map((name) => name.toLowerCase())).toEqual(expect.arrayContaining(anchors));
    for (const [, page = ''] of runbook.matchAll(/\]\(([\w-]+\.md)\)/g)) read(join('docs', page));
  });
});

describe('the board', () => {
  it('is one that Grafana 11 and later read, with panels that explain themselves and do not overlap', () => {
    expect(board.schemaVersion).toBeGreaterThanOrEqual(39);
    expect(new Set(board.panels.map(({ id }) => id)).size).toBe(board.panels.length);
    const taken = new Set<string>();
    for (const { title, description, gridPos, targets = [] } of panels) {
      expect([title, description]).toEqual([expect.stringMatching(/\S/), expect.stringMatching(/\S{2}/)]);
      expect(targets).not.toEqual([]);
      for (const { datasource } of targets) expect(datasource.uid).toBe('${datasource}');
      expect(gridPos.x + gridPos.w).toBeLessThanOrEqual(24);
      for (let x = gridPos.x; x < gridPos.x + gridPos.w; x += 1)
        for (let y = gridPos.y; y < gridPos.y + gridPos.h; y += 1) {
          expect(taken).not.toContain(`${x} ${y}`);
          taken.add(`${x} ${y}`);
        }
    }
  });

  it('asks what Prometheus understands, and records that there are', () => {
    const queries = panels.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr));
    const folder = mkdtempSync(join(tmpdir(), 'cutover-board-'));
    const file = join(folder, 'board.json'); // YAML to Prometheus
    const asRules = queries.map((expr, index) => ({
      record: `board:query${index}`,
      expr: expr.replaceAll('$__rate_interval', '1m').replaceAll('$instance', '.*'),
    }));
    writeFileSync(file, JSON.stringify({ groups: [{ name: 'board', rules: asRules }] }));
    const checked = promtool('check', 'rules', file);
    rmSync(folder, { recursive: true });
    expect({ ...checked, queries: queries.length }).toMatchObject({ status: 0, queries: expect.any(Number) });

    const records = rules.flatMap(({ record = [] }) => record);
    const asked = [
      ...`${queries.join('\n')}\n${runbook}\n${alerts.map(({ expr }) => expr).join('\n')}`.matchAll(
        /cutover:[\w:]+/g,
      ),
    ];
    expect(records).toEqual(expect.arrayContaining(asked.map(([name]) => name)));
  });
});

const minutes = (time: string) => {
  const [, count = '', unit = ''] = /^(\d+)([mh])$/.exec(time) ?? [];
  return Number(count) * (unit === 'h' ? 60 : 1);
};
