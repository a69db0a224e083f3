import { execFileSync, spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { nxEnvironment } from '../setup/nx.mjs';

const WORKSPACE = join(__dirname, '../..');

describe('what was tested elsewhere', () => {
  const folder = mkdtempSync(join(tmpdir(), 'cutover-clones-'));
  const [first, second, shared] = [join(folder, 'first'), join(folder, 'second'), join(folder, 'shared')];
  afterAll(() => rmSync(folder, { recursive: true }));

  // Somebody may have told Nx to share; `npm test` must run the tests all the same.
  const outer = { ...process.env, HOME: join(folder, 'home'), NX_CACHE_DIRECTORY: shared };
  const env = nxEnvironment(withoutThisRun(outer));
  const git = (...args: string[]) =>
    execFileSync('git', ['-c', 'user.name=test', '-c', 'user.email=test@example.org', ...args], { env });
  /** Whether the test of a clone ran: it leaves a file. */
  const runs = (clone: string) => {
    rmSync(join(clone, 'ran'), { force: true });
    const main = join(WORKSPACE, 'node_modules/nx/dist/bin/nx.js');
    const { status, stdout } = spawnSync(process.execPath, [main, 'run-many', '-t', 'test'], {
      ...{ cwd: clone, env, encoding: 'utf8' },
    });
    expect({ status, stdout }).toEqual({ status: 0, stdout: expect.stringContaining('Successfully ran') });
    return existsSync(join(clone, 'ran'));
  };

  it('is run again in another clone of the same commit, whatever cache the environment names', () => {
    mkdirSync(join(folder, 'home'));
    mkdirSync(join(first, 'it'), { recursive: true });
    const nxJson = JSON.parse(readFileSync(join(WORKSPACE, 'nx.json'), 'utf8')) as object;
    const project = {
      name: 'it',
      targets: { test: { executor: 'nx:run-commands', cache: true, options: { command: 'touch ran' } } },
    };
    const files = {
      'nx.json': { ...nxJson, targetDefaults: {}, namedInputs: {} },
      'package.json': { name: 'clones', private: true },
      'it/project.json': project,
    };
    for (const [path, content] of Object.entries(files)) {
      writeFileSync(join(first, path), JSON.stringify(content));
    }
    writeFileSync(join(first, '.gitignore'), 'node_modules\n.nx\nran\n');
    git('init', '-q', first);
    git('-C', first, 'add', '.');
    git('-C', first, 'commit', '-qm', 'one');
    git('clone', '-q', first, second);
    for (const clone of [first, second]) {
      symlinkSync(join(WORKSPACE, 'node_modules'), join(clone, 'node_modules'));
    }

    expect(runs(first)).toBe(true);
    expect(runs(first)).toBe(false); // its own result is replayed: there is a cache
    expect(runs(second)).toBe(true);
    expect([shared, join(folder, 'home/.nx')].filter((path) => existsSync(path))).toEqual([]);
  }, 60_000);
});

describe('caches', () => {
  it.each(['.nx/cache/a.js', '.nx/jest/a.js', '.angular/cache/a.js'])('%s: read by no tool', async (path) => {
    const { ESLint } = jest.requireActual<typeof import('eslint')>('eslint');
    const { getFileInfo } = await import('prettier');

    expect(spawnSync('git', ['check-ignore', '-q', path], { cwd: WORKSPACE }).status).toBe(0);
    expect(await new ESLint({ cwd: WORKSPACE }).isPathIgnored(join(WORKSPACE, path))).toBe(true);
    const ignorePath = ['.gitignore', '.prettierignore'].map((file) => join(WORKSPACE, file));
    expect((await getFileInfo(join(WORKSPACE, path), { ignorePath })).ignored).toBe(true);
    const context = readFileSync(join(WORKSPACE, '.dockerignore'), 'utf8').split('\n');
    expect(context.filter((line) => line === '*' || line.startsWith('!.'))).toEqual(['*', '!.npmrc']);
  });

  it.each(['libs/users', 'apps/portal'])('of the tests of %s are in the workspace', (project) => {
    const jestProgram = join(WORKSPACE, 'node_modules/jest/bin/jest.js');
    const config = join(WORKSPACE, project, 'jest.config.cjs');
    const shown = execFileSync(process.execPath, [jestProgram, '--config', config, '--showConfig']);
    const { configs } = JSON.parse(shown.toString()) as { configs: { cacheDirectory: string }[] };

    expect(configs.map(({ cacheDirectory }) => cacheDirectory)).toEqual([join(WORKSPACE, '.nx/jest')]);
  });
});

/** Nx tells the programs it runs about this workspace; a clone must find its own. */
function withoutThisRun(env: NodeJS.ProcessEnv) {
  return Object.fromEntries(
    Object.entries(env).filter(
      ([name]) => !/^(NX_|NODE_OPTIONS|INIT_CWD)/.test(name) || name === 'NX_CACHE_DIRECTORY',
    ),
  );
}
