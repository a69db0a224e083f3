import { readdirSync } from 'node:fs';
import {
  DIGESTS,
  OTHER,
  PORTS,
  assigned,
  assignedBy,
  at,
  compose,
  lines,
  read,
  settings,
  unknownTo,
} from './deployed-files';

/** Commands without subcommands. */
const ALONE = new Set(['backup', 'restore', 'rollback', 'check-api']);
describe('settings', () => {
  it('of the containers and of the deployment guide are settings of libs/config', () => {
    expect(unknownTo(assigned(read('docker/.env.example')), settings, PORTS, DIGESTS)).toEqual([]);
    expect(unknownTo(assigned(read('docker/stand-in.env')), settings, OTHER)).toEqual([]);
    const inGuide = [...read('docs/deployment.md').matchAll(/\b([A-Z]+(?:_[A-Z]+)+)\b/g)].map(
      ([, name = '']) => name,
    );
    expect(unknownTo(inGuide, settings, OTHER)).toEqual([]);
    for (const unit of readdirSync(at('docker/systemd')).filter((name) => name.endsWith('.service'))) {
      expect(unknownTo(assignedBy(lines(`docker/systemd/${unit}`)), settings, OTHER)).toEqual([]);
    }
  });

  it('that are secret are never committed', () => {
    expect(lines('.gitignore')).toEqual(expect.arrayContaining(['docker/.env', 'docker/secrets/']));
  });
});

describe('commands', () => {
  const sources = readdirSync(at('apps/cli/commands'), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .map((file) => read(`apps/cli/commands/${file}`));
  const known = new Set(
    sources.flatMap((text) => [...text.matchAll(/[cC]ommand\(\s*'([a-z-]+)/g)].map(([, name]) => name)),
  );

  it.each(['docs/deployment.md', 'docs/rollback.md', 'docker/README.md'])('named in %s exist', (path) => {
    const named = [
      ...read(path).matchAll(
        /(?:^|`|\| ?|run --rm (?:-T )?| {4})cutover ([a-z][a-z-]+)(?: ([a-z][a-z-]+))?/gm,
      ),
    ];
    const words = named.flatMap(([, group = '', name]) =>
      ALONE.has(group) || !name ? [group] : [group, name],
    );

    expect(words.length).toBeGreaterThan(0);
    expect(unknownTo(words, known)).toEqual([]);
  });

  it('that compose.yaml runs exist', () => {
    expect(compose.services['migrate']?.command).toEqual(['cutover', 'db', 'migrate']);
    expect(unknownTo(['db', 'migrate', 'backup'], known)).toEqual([]);
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
