import { spawn, spawnSync } from 'node:child_process';
import { chmodSync, cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { inWorkspace, WORKSPACE } from '../paths.mjs';
import { imagesByTag } from '../release/base-images.mjs';
import { runtimeEnvironment } from '../setup/runtime.mjs';

// `node tools/deployment/build-images.mjs [FOLDER]`: carries out docker/Dockerfile without a container engine, each stage in
// a folder, from what git has and .dockerignore lets through; the Node.js of the base images is this one. Then each image's CMD is started from its own files as
// an account without rights that may not write there, and asked what its HEALTHCHECK asks. For root on Linux; minutes.
const work = process.argv[2] ? resolve(process.argv[2]) : mkdtempSync(join(tmpdir(), 'cutover-images-'));
const UID = 1000; // the account `node` of the official image
const SERVED = { api: 3000, 'auth-api': 4010 };

const byTag = imagesByTag();
if (byTag.length > 0) throw new Error(byTag.join('\n'));
mkdirSync(work, { recursive: true });
const context = join(work, 'context');
takeContext();
const stages = stagesOf(readFileSync(inWorkspace('docker', 'Dockerfile'), 'utf8'));
for (const stage of stages) buildStage(stage);
for (const stage of stages.filter(({ name }) => name in SERVED)) await start(stage);
if (!process.argv[2]) rmSync(work, { recursive: true, force: true });

/** What `COPY . .` would see: the files of git that a line `!path` of .dockerignore allows and none after it excludes. */
function takeContext() {
  const rules = readFileSync(inWorkspace('.dockerignore'), 'utf8')
    .split('\n')
    .filter((line) => /^[^#\s]/.test(line));
  const allowed = rules.filter((rule) => rule.startsWith('!')).map((rule) => rule.slice(1));
  const files = spawnSync('git', ['ls-files', '-z'], { cwd: WORKSPACE, encoding: 'utf8' }).stdout.split('\0');
  for (const file of files.filter(Boolean)) {
    const isAllowed = allowed.some((path) => file === path || file.startsWith(`${path}/`));
    const isExcluded = /\.spec\.ts$|(^|\/)node_modules\/|(^|\/)\.env|^apps\/portal-e2e\//.test(file);
    if (isAllowed && !isExcluded) cpSync(inWorkspace(file), join(context, file));
  }
}

/** @param {string} text */
function stagesOf(text) {
  const instructions = text
    .replaceAll(/^#.*\n/gm, '')
    .replaceAll(/\\\n\s*/g, ' ')
    .split('\n')
    .filter(Boolean);
  /** @type {{ name: string, from: string, steps: string[][] }[]} */
  const found = [];
  for (const line of instructions) {
    const [, word = '', rest = ''] = /^(\w+) (.+)$/.exec(line) ?? [];
    const [, from = '', name = ''] = word === 'FROM' ? (/^(\S+) AS (\S+)$/.exec(rest) ?? []) : [];
    if (name) found.push({ name, from, steps: [] });
    else found.at(-1)?.steps.push([word, rest]);
  }
  return found;
}

/** @param {ReturnType<typeof stagesOf>[number]} stage */
function buildStage({ name, from, steps }) {
  const root = join(work, name);
  rmSync(root, { recursive: true, force: true });
  if (stages.some((stage) => stage.name === from))
    cpSync(join(work, from), root, { recursive: true, verbatimSymlinks: true });
  for (const folder of ['app', 'src', 'usr/local/bin']) mkdirSync(join(root, folder), { recursive: true });
  let cwd = '/app';
  for (const [word = '', rest = ''] of steps) {
    if (word === 'WORKDIR') cwd = rest;
    if (word === 'COPY') copy(rest, root, join(root, cwd));
    if (word === 'RUN') {
      console.log(`${name}: ${rest}`);
      // An absolute path is one of the image.
      const command = rest.replaceAll(/(?<= )\/(?=\w)/g, `${root}/`).replaceAll('node:node', `${UID}:${UID}`);
      must('bash', ['-ec', command], join(root, cwd));
    }
  }
}

/** @param {string} rest @param {string} root @param {string} cwd */
function copy(rest, root, cwd) {
  const [, stage] = /^--from=(\S+) /.exec(rest) ?? [];
  const paths = rest.replace(/^--from=\S+ /, '').split(' ');
  const to = paths.pop() ?? '';
  for (const path of paths) {
    const source = stage ? join(work, stage, path) : join(context, path);
    const target = to.endsWith('/') ? join(cwd, to, path.split('/').at(-1) ?? '') : join(cwd, to);
    mkdirSync(dirname(target), { recursive: true });
    cpSync(source, target, { recursive: true, verbatimSymlinks: true });
  }
}

/** @param {ReturnType<typeof stagesOf>[number]} stage */
async function start({ name, steps }) {
  const root = join(work, name);
  for (const folder of [work, root]) chmodSync(folder, 0o755);
  must('chmod', ['-R', 'a+rX,a-w', root]);
  const argument = (/** @type {string} */ word) => steps.find((step) => step[0] === word)?.[1] ?? '';
  const [, ...args] = JSON.parse(argument('CMD'));
  const [, health] = /CMD (\[.+\])/.exec(argument('HEALTHCHECK')) ?? [];
  const port = String(SERVED[/** @type {keyof typeof SERVED} */ (name)] + 50_000);
  const data = mkdtempSync(join(tmpdir(), 'cutover-image-data-'));
  must('chown', [`${UID}`, data]);
  const env = {
    ...Object.fromEntries(
      argument('ENV')
        .split(' ')
        .map((pair) => pair.split('=')),
    ),
    ...{ NODE_ENV: 'development', HOST: '127.0.0.1', PORT: port, AUTH_API_PORT: port },
    ...{ DATABASE_URL: `sqlite:${join(data, 'try.sqlite')}`, DATABASE_MIGRATE: 'true' },
  };
  const child = spawn(process.execPath, args, {
    cwd: join(root, 'app'),
    env,
    uid: UID,
    gid: UID,
    stdio: 'inherit',
  });
  try {
    const question = JSON.parse(health ?? '[]')
      .slice(1)
      .map((/** @type {string} */ part) => part.replace(/:\d{4}\//, `:${port}/`));
    for (let left = 60; spawnSync(process.execPath, question).status !== 0; left -= 1) {
      if (left === 0 || child.exitCode !== null) throw new Error(`${name}: did not become healthy`);
      await new Promise((done) => setTimeout(done, 500));
    }
    console.log(`${name}: healthy, as uid ${UID}, on files that nobody may write`);
    if (name === 'api')
      must(join(root, 'usr/local/bin/cutover'), ['db', 'status'], data, {
        ...{ uid: UID, gid: UID, env: { ...env, PATH: process.env['PATH'] } },
      });
  } finally {
    child.kill('SIGTERM');
    await new Promise((done) => (child.exitCode === null ? child.once('exit', done) : done(null)));
    rmSync(data, { recursive: true, force: true });
  }
}

/** @param {string} command @param {string[]} args */
function must(command, args, cwd = work, as = {}) {
  const { status, error } = spawnSync(command, args, {
    ...{ cwd, stdio: 'inherit', env: runtimeEnvironment() },
    ...as,
  });
  if (status !== 0) throw new Error(`${command} ended with ${status ?? error?.message}`);
}
