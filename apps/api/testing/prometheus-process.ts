import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventually } from './eventually';

const RULES = join(__dirname, '../../../docker/prometheus/alerts.yml');

/** An alert as Prometheus' own API tells it. */
export interface FiringAlert {
  labels: Record<string, string>;
  annotations: Record<string, string>;
}

/** Debian's Prometheus with our alerting rules, in a hurry: what they wait for in minutes it waits for in seconds. */
export class PrometheusProcess {
  private constructor(
    private readonly child: ChildProcess,
    private readonly folder: string,
    private readonly url: string,
  ) {}

  /** @param api URL that is scraped. Rejects where the program is missing (Debian: `prometheus`) or does not come up. */
  static async start(api: string): Promise<PrometheusProcess> {
    const folder = await mkdtemp(join(tmpdir(), 'cutover-prometheus-'));
    const rules = (await readFile(RULES, 'utf8')).replaceAll(/\bfor: \d+m\b/g, 'for: 2s');
    await writeFile(join(folder, 'alerts.yml'), rules);
    const configuration = {
      global: { scrape_interval: '2s', scrape_timeout: '2s', evaluation_interval: '1s' },
      rule_files: ['alerts.yml'],
      scrape_configs: [{ job_name: 'cutover', static_configs: [{ targets: [new URL(api).host] }] }],
    };
    const file = join(folder, 'prometheus.json');
    await writeFile(file, JSON.stringify(configuration)); // YAML to Prometheus
    const address = `127.0.0.1:${await freePort()}`;
    const child = spawn(
      'prometheus',
      [
        `--config.file=${file}`,
        `--storage.tsdb.path=${join(folder, 'data')}`,
        `--web.listen-address=${address}`,
        '--log.level=warn',
      ],
      { stdio: ['ignore', 'ignore', 'inherit'] },
    );
    await once(child, 'spawn');
    const prometheus = new PrometheusProcess(child, folder, `http://${address}`);
    const isReady = () =>
      fetch(`http://${address}/-/ready`).then(
        ({ ok }) => ok,
        () => false,
      );
    await eventually(isReady, Boolean, 20_000);
    return prometheus;
  }

  /** By name, the first of each. */
  async firing(): Promise<Record<string, FiringAlert>> {
    const { alerts } = await this.get<{ alerts: (FiringAlert & { state: string })[] }>('/api/v1/alerts');
    const firing = alerts.filter(({ state }) => state === 'firing').reverse();
    return Object.fromEntries(firing.map((alert) => [alert.labels['alertname'], alert]));
  }

  /** The value of an expression now, its first series'; `null` without any. */
  async value(expression: string): Promise<number | null> {
    const query = new URLSearchParams({ query: expression });
    const { result } = await this.get<{ result: { value: [number, string] }[] }>(`/api/v1/query?${query}`);
    return result[0] ? Number(result[0].value[1]) : null;
  }

  async stop(): Promise<void> {
    const ended = once(this.child, 'exit');
    this.child.kill('SIGTERM');
    await ended;
    await rm(this.folder, { recursive: true, force: true });
  }

  private async get<T>(path: string): Promise<T> {
    const answer = await fetch(this.url + path);
    return ((await answer.json()) as { data: T }).data;
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  return port;
}
