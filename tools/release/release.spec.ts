import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  appendFileSync,
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { hostname, tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { attest } from './attest.mjs';
import { pack } from './pack.mjs';
import { DEPLOYMENT, FILES, PROGRAMS } from './release.mjs';
import { signingKey } from './signing.mjs';

const WORKSPACE = join(__dirname, '../..');
const sha256 = (path: string) => createHash('sha256').update(readFileSync(path)).digest('hex');
const BUILD = {
  source: { commit: '0123456789abcdef0123456789abcdef01234567', clean: true },
  ...{ lockfile: 'a'.repeat(64), node: { version: '24.21.0', sha256: 'b'.repeat(64) } },
  ...{ npm: '11.0.0', version: '0.1.0' },
};

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'cutover-release-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

describe('the archive', () => {
  it('has no source control metadata', () => {
    const tracked = [...FILES, ...DEPLOYMENT].flatMap((path) =>
      execFileSync('git', ['ls-files', path], { cwd: WORKSPACE, encoding: 'utf8' }).trim().split('\n'),
    );
    expect(tracked.length).toBeGreaterThan(40);
    const made = PROGRAMS.map((name) => `dist/apps/${name}`);
    expect([...tracked, ...made, ...FILES].filter((path) => /(^|\/)\.(git|svn|hg)(\/|$)/.test(path))).toEqual(
      [],
    );
  });

  const CONTENT = { 'bin/node': 'a program', 'docs/a.md': 'text', 'package.json': '{}' };
  async function packed(place: string, names: string[], change: (root: string) => void = () => undefined) {
    const root = join(folder, place, 'cutover');
    for (const name of names) {
      mkdirSync(join(root, name, '..'), { recursive: true });
      writeFileSync(join(root, name), CONTENT[name as keyof typeof CONTENT]);
    }
    chmodSync(join(root, 'bin/node'), 0o755);
    symlinkSync('../bin/node', join(root, 'docs/link'));
    change(root);
    await pack(root, join(folder, `${place}.tar.gz`), 1_700_000_000);
    return sha256(join(folder, `${place}.tar.gz`));
  }
  const names = Object.keys(CONTENT);

  it('of the same files is the same, whenever, wherever and under whatever umask they were written', async () => {
    const first = await packed('first', names);
    const second = await packed('second', [...names].reverse(), (root) => {
      utimesSync(join(root, 'package.json'), 1, 1);
      chmodSync(join(root, 'docs/a.md'), 0o600);
      chmodSync(join(root, 'bin'), 0o700);
    });

    expect(second).toBe(first);
    expect(await packed('third', names, (root) => appendFileSync(join(root, 'docs/a.md'), '!'))).not.toBe(
      first,
    );
  });
});

describe('what is written beside it', () => {
  const ARCHIVE = 'cutover-0.1.0-linux-x64.tar.gz';
  const archive = () => join(folder, ARCHIVE);
  /** The commands of a section of the document, run as they are written there. */
  function asDocumented(heading: string) {
    const [, section = ''] = readFileSync(join(WORKSPACE, 'docs/release.md'), 'utf8').split(
      `## ${heading}\n`,
    );
    const [, commands = ''] = /```sh\n([^]+?)```/.exec(section) ?? [];
    const lines = commands.trim().split('\n');
    expect(lines).toHaveLength(2);
    return lines.map((line) => spawnSync('sh', ['-c', line], { cwd: folder, encoding: 'utf8' }));
  }
  const verdicts = () => asDocumented('Verify it').map(({ status }) => status === 0);
  const key = (name = 'cutover-release.pem') => signingKey({ RELEASE_SIGNING_KEY_PATH: join(folder, name) });
  const release = (signed: ReturnType<typeof key>) => {
    writeFileSync(archive(), 'the archive');
    return attest({ archive: archive(), sbom: '{}\n', build: BUILD, key: signed });
  };
  const replaceSum = () => {
    const sums = readFileSync(join(folder, 'SHA256SUMS'), 'utf8');
    writeFileSync(join(folder, 'SHA256SUMS'), sums.replace(/^\w+(?= .*gz)/, sha256(archive())));
  };

  it('verifies with the commands of docs/release.md, until anything is changed', () => {
    expect(asDocumented('Sign it').map(({ status }) => status)).toEqual([0, 0]);
    release(key());
    const [signature, sums] = asDocumented('Verify it');
    expect(signature?.stdout).toContain('Signature Verified Successfully');
    expect(sums?.stdout.match(/: OK$/gm)).toHaveLength(3);

    appendFileSync(archive(), '!');
    expect(verdicts()).toEqual([true, false]);
    replaceSum(); // by somebody without the key
    expect(verdicts()).toEqual([false, true]);

    release(key());
    expect(verdicts()).toEqual([true, true]);
    rmSync(join(folder, 'cutover-release.pem'));
    asDocumented('Sign it').forEach(({ status }) => expect(status).toBe(0));
    expect(verdicts()).toEqual([false, true]); // the public key of somebody else
    rmSync(join(folder, 'cutover-0.1.0-linux-x64.provenance.json'));
    expect(verdicts()).toEqual([false, false]);
  });

  it('is the same each time, and says from what it was made and nothing of the machine', () => {
    asDocumented('Sign it');
    release(key());
    const files = readdirSync(folder).map((name) => [name, sha256(join(folder, name))]);
    release(key());
    expect(readdirSync(folder).map((name) => [name, sha256(join(folder, name))])).toEqual(files);

    const text = readFileSync(join(folder, 'cutover-0.1.0-linux-x64.provenance.json'), 'utf8');
    expect(JSON.parse(text)).toMatchObject({
      _type: 'https://in-toto.io/Statement/v1',
      predicateType: 'https://slsa.dev/provenance/v1',
      subject: [
        { name: ARCHIVE, digest: { sha256: sha256(archive()) } },
        { name: 'cutover-0.1.0-linux-x64.cdx.json', digest: { sha256: expect.any(String) } },
      ],
      predicate: {
        buildDefinition: {
          internalParameters: { cleanTree: true },
          resolvedDependencies: [
            { name: 'source', digest: { gitCommit: BUILD.source.commit } },
            { name: 'package-lock.json', digest: { sha256: BUILD.lockfile } },
            { name: 'node', uri: 'pkg:generic/node@24.21.0', digest: { sha256: BUILD.node.sha256 } },
          ],
        },
        runDetails: { builder: { id: 'urn:cutover:release', version: { node: '24.21.0', npm: '11.0.0' } } },
      },
    });
    for (const place of [WORKSPACE, folder, hostname()]) expect(text).not.toContain(place);
    expect(text).not.toMatch(new RegExp(`\\b${userInfo().username}\\b`));
  });

  it('has no signature without a key, not even that of the release before', () => {
    asDocumented('Sign it');
    expect(release(key())).toContain(join(folder, 'SHA256SUMS.sig'));
    expect(release(signingKey({}))).not.toContain(join(folder, 'SHA256SUMS.sig'));
    expect(existsSync(join(folder, 'SHA256SUMS.sig'))).toBe(false);
    expect(verdicts()).toEqual([false, true]);
  });

  it.each([
    ['that others may read', (path: string) => chmodSync(path, 0o640), 'others may read'],
    ['of another kind', (path: string) => make(path, 'rsa'), 'an Ed25519 key'],
    ['that is none', (path: string) => writeFileSync(path, 'no key'), 'an Ed25519 key'],
    ['that is not there', (path: string) => rmSync(path), 'an Ed25519 key'],
    [
      'of the public',
      (path: string) => writeFileSync(path, readFileSync(path.replace('.pem', '.pub'))),
      'an Ed25519 key',
    ],
  ])('is not signed with a key %s', (_what, spoil, sentence) => {
    asDocumented('Sign it');
    spoil(join(folder, 'cutover-release.pem'));
    expect(() => key()).toThrow(sentence);
    expect(() => key()).toThrow(/^RELEASE_SIGNING_KEY_PATH(?!.*cutover-release)/);
  });

  function make(path: string, algorithm: string) {
    execFileSync('openssl', ['genpkey', '-algorithm', algorithm, '-out', path], { stdio: 'ignore' });
    chmodSync(path, 0o600);
  }
});
