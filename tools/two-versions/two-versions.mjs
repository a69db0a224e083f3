import { join } from 'node:path';
import { step } from '../console/step.mjs';
import { Browser } from './browser.mjs';
import { Deployment } from './deployment.mjs';
import { Findings } from './findings.mjs';
import { HELP, readOptions } from './options.mjs';
import { releaseOf, thisRelease } from './release.mjs';

/** @import { Release } from './release.mjs' */

const RESCUE = { username: 'rescue', password: 'Lantern-Night-Shift-77' };

/** @param {string[]} args @returns {Promise<boolean>} whether everything held */
export async function twoVersions(args) {
  const { from, engine, people, help } = readOptions(args);
  if (help) {
    console.log(HELP);
    return true;
  }
  const after = await step('Building this release', thisRelease);
  const before = await step(`Building ${from}`, () => releaseOf(from));
  const deployment = await Deployment.open(engine);
  const findings = new Findings();
  try {
    await upgrade(deployment, { before, after }, peopleOf(people), findings);
  } finally {
    await deployment.close();
  }
  return findings.told();
}

/** @param {number} count @returns {Browser[]} */
const peopleOf = (count) =>
  Array.from({ length: count }, (_, index) => {
    const authMode = index % 2 ? 'external' : 'local';
    return new Browser({
      username: `${authMode}-${index}`,
      password: `Harbour-Lantern-${index}-58`,
      authMode,
    });
  });

/**
 * @param {Deployment} deployment
 * @param {{ before: Release, after: Release }} releases
 * @param {Browser[]} browsers
 * @param {Findings} findings
 */
async function upgrade(deployment, { before, after }, browsers, findings) {
  const backup = join(deployment.folder, 'before.backup');
  const each = (/** @type {(browser: Browser) => Promise<string | null>} */ use) =>
    findings.ofAll(browsers.map(use));

  await findings.during(`People, signed in by ${before.name}`, () => populate(deployment, before, browsers));
  const old = await deployment.startApi(before);
  await findings.during('Everybody signs in', () => each((browser) => browser.signIn(old.url)));
  await deployment.cutover(before, ['backup', '--to', backup]);

  await findings.during('Schema brought up to date under it', async () => {
    const migrated = deployment.cutover(after, ['db', 'migrate']).then(() => null);
    return [await migrated, ...(await each((browser) => browser.refresh(old.url)))];
  });
  await findings.during('It still answers', () => each((browser) => browser.me(old.url)));
  let current = await deployment.startApi(after);

  const inTurns = (/** @type {string} */ title, /** @type {string} */ here, /** @type {string} */ there) =>
    findings.during(title, async () => [
      ...(await each((browser) => browser.refresh(here))),
      ...(await each((browser) => browser.me(there))),
    ]);
  await inTurns('The new one refreshes and serves its sessions', current.url, current.url);
  await inTurns('Old one refreshes, new one serves', old.url, current.url);
  await inTurns('New one refreshes, old one serves', current.url, old.url);
  const visitors = browsers.map((browser) => browser.elsewhere());
  await findings.during('New one signs in, old one serves', async () => [
    ...(await findings.ofAll(visitors.map((visitor) => visitor.signIn(current.url)))),
    ...(await findings.ofAll(visitors.map((visitor) => visitor.me(old.url)))),
  ]);
  await findings.during('Signed out by one, refused by the other', () =>
    findings.ofAll(
      visitors.map(async (visitor, index) => {
        const [here, there] = index % 4 < 2 ? [current, old] : [old, current];
        return (await visitor.signOut(here.url)) ?? (await refusedSoon(visitor, there.url));
      }),
    ),
  );
  await findings.during('A limited account opens on a known device', () =>
    knownDevice(/** @type {Browser} */ (browsers[0]), current.url),
  );
  await findings.during('The trail of both is whole', () => trail(deployment, after));

  await current.stop();
  await findings.during('New one is taken back, old one serves', () =>
    each((browser) => browser.refresh(old.url)),
  );
  current = await deployment.startApi(after);
  await old.stop();
  await findings.during('The old one ends: nobody is signed out', async () => [
    ...(await each((browser) => browser.refresh(current.url))),
    ...(await each((browser) => browser.me(current.url))),
  ]);
  await findings.during('The trail is whole', () => trail(deployment, after));
  await findings.during('The account for emergencies still opens', async () => {
    const rescue = new Browser({ ...RESCUE, authMode: 'local' });
    return [await rescue.signIn(current.url), await rescue.signOut(current.url)];
  });
  await findings.during('Its backup can be restored', async () => {
    await deployment.cutover(after, ['restore', '--from', backup, '--dry-run']);
    await deployment.cutover(after, ['restore', '--from', backup]);
    // Without the one whose account is limited now.
    return findings.ofAll(browsers.slice(1).map((browser) => browser.elsewhere().signIn(current.url)));
  });
  await findings.during('The trail is whole after it', () => trail(deployment, after));
  await current.stop();
}

/** @param {Deployment} deployment @param {Release} release @param {Browser[]} browsers */
async function populate(deployment, release, browsers) {
  await deployment.cutover(release, ['db', 'migrate']);
  const add = ({ username = '', password = '' }, ...more) =>
    deployment.cutover(
      release,
      [
        'users',
        'add',
        '--username',
        username,
        '--email',
        `${username}@contoso.example`,
        '--password-stdin',
        ...more,
      ],
      password,
    );
  for (const { person } of browsers) await add(person);
  const external = browsers.map(({ person }) => person).filter(({ authMode }) => authMode === 'external');
  await deployment.addAccounts(external);
  const names = external.map(({ username }) => username).join(',');
  await deployment.cutover(release, [
    'rollout',
    'set',
    'test-users',
    '--users',
    names,
    '--reason',
    'two versions',
    '--without-backup',
  ]);
  await add({ ...RESCUE, password: 'Some-Other-Password-91' }, '--role', 'admin');
  await deployment.cutover(
    release,
    ['break-glass', 'add', RESCUE.username, '--password-stdin'],
    RESCUE.password,
  );
  return [];
}

/** Within the 5 s that the contract gives (design section 5). @param {Browser} browser @param {string} api */
async function refusedSoon(browser, api) {
  for (const until = Date.now() + 5000; Date.now() < until;) {
    if ((await browser.me(api))?.includes('401')) return null;
  }
  return `${browser.person.username} was signed out by one release and is still let in by the other`;
}

/** @param {Browser} browser who has signed in before @param {string} api */
async function knownDevice(browser, api) {
  const stranger = browser.elsewhere();
  let last = '';
  for (let attempt = 0; attempt < 7 && last !== 'rate_limited'; attempt++)
    last = await stranger.guess(api, `Wrong-Password-${attempt}-58`);
  if (last !== 'rate_limited') return [`the account is not limited after 7 wrong passwords: ${last}`];
  return [await browser.signIn(api)];
}

/** @param {Deployment} deployment @param {Release} release */
async function trail(deployment, release) {
  const { code, output } = await deployment.tryCutover(release, ['audit', 'verify']);
  return [code === 0 ? null : `audit verify: exit code ${code}: ${output.slice(0, 2000)}`];
}
