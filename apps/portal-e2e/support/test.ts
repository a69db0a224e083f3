import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { expect, type Page, test as base } from '@playwright/test';

import type { Person } from './people';
import { addPeople, tellStandIn } from './add-people';
import { cutover, type Stack, startStack } from './stack';
import { watch } from './watch';

export { expect } from '@playwright/test';

/** Runs the operator's command on this stack and gives its `--json` answer. */
type Operator = (...args: string[]) => Promise<Record<string, unknown>>;

interface Fixtures {
  /** Statuses (`401`) and network errors that a test provokes: the browser reports each, which is no fault here. */
  expectedFailures: string[];
  /** Takes this page to a person's session as a form does, without the form. */
  signedInAs: (person: Person) => Promise<void>;
}

/**
 * A stack of its own for each worker: a test may stop a part of it without disturbing another. Sessions are not shared
 * between tests: the cookie rotates at each use, so that a saved one would soon be a replay.
 */
export const test = base.extend<Fixtures, { stack: Stack & { operator: Operator } }>({
  stack: [
    // eslint-disable-next-line no-empty-pattern -- Playwright reads the fixtures that are needed from this pattern
    async ({}, use) => {
      const directory = await mkdtemp(join(tmpdir(), 'cutover-e2e-'));
      const stack = await startStack({
        directory,
        // Every test comes from one address, and some type many wrong passwords.
        env: {
          LOG_LEVEL: 'error',
          ORGANISATION_NAME: 'Contoso',
          RATE_LIMIT_SIGN_IN_PER_ACCOUNT: '0',
          RATE_LIMIT_SIGN_IN_PER_ACCOUNT_HOUR: '0',
          RATE_LIMIT_SIGN_IN_PER_ADDRESS: '0',
        },
      });
      try {
        await Promise.all([addPeople(directory), tellStandIn(stack)]);
        const place = { cwd: directory, env: { PATH: process.env['PATH'] } };
        const operator: Operator = async (...args) => (await cutover(args, place)).answer;
        const startStandIn: Stack['startStandIn'] = async (settings) => {
          await stack.startStandIn(settings);
          await tellStandIn(stack);
        };
        await use({ ...stack, startStandIn, operator });
      } finally {
        await stack.stop();
        await rm(directory, { recursive: true, force: true });
      }
    },
    { scope: 'worker', timeout: 120_000 },
  ],

  baseURL: ({ stack }, use) => use(stack.apiUrl),

  expectedFailures: [[], { option: true }],

  page: async ({ page, expectedFailures }, use) => {
    const faults = await watch(page, expectedFailures);
    await use(page);
    expect(faults).toEqual([]);
  },

  signedInAs: ({ page }, use) =>
    use(async ({ username, password }) => {
      const login = await page.request.post('/api/auth/login', { data: { username, password } });
      expect(login.status()).toBe(200);
    }),
});

/** Signs in through the form. */
export async function signIn(page: Page, { username, password }: Omit<Person, 'name'>): Promise<void> {
  await page.getByLabel('Username').fill(username);
  await page.getByRole('textbox', { name: 'Password' }).fill(password);
  await page.getByRole('button', { name: 'Sign in' }).click();
}

/** Tries a code that nobody was given. */
export async function reset(page: Page): Promise<void> {
  await page.getByLabel('Username').fill('ada');
  await page.getByLabel('Code').fill('AAAAA-AAAAA-AAAAA-AAAAA');
  await page.getByRole('textbox', { name: 'New password' }).fill('Difference-Engine-1822');
  await page.getByRole('button', { name: 'Change password' }).click();
}

/** The button in the header that carries the person's name. */
export function account(page: Page) {
  return page.getByRole('banner').getByRole('button', { name: 'your account' });
}
