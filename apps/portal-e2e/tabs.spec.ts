import type { Page } from '@playwright/test';

import { apiCalls } from './support/calls';
import { ADA, GRACE, type Person } from './support/people';
import { account, expect, signIn, test } from './support/test';

/** Opens a second tab of the same browser on a page of the portal. */
async function secondTab(page: Page, path: string): Promise<Page> {
  const tab = await page.context().newPage();
  await tab.goto(path);
  return tab;
}

async function expectSignedIn(tab: Page, { name }: Person) {
  await expect(account(tab)).toContainText(name);
}

test('two tabs share one renewal ahead of expiry', async ({ page, context, signedInAs }) => {
  await context.clock.install();
  await signedInAs(ADA);
  await page.goto('/');
  await expectSignedIn(page, ADA);
  const other = await secondTab(page, '/profile');
  await expectSignedIn(other, ADA);

  const calls = apiCalls(context);
  await page.mouse.move(10, 10);
  await context.clock.fastForward('14:00'); // of the 15 minutes that a local access token lives
  await expect.poll(() => calls).toEqual(['/api/auth/refresh']);

  // What the other tab took over opens the API to it, without a refresh of its own.
  await other.getByRole('link', { name: 'See where you’re signed in' }).click();
  await expect(other.getByText('This device')).toBeVisible();
  expect(calls).toEqual(['/api/auth/refresh', '/api/auth/sessions']);
});

test.describe('two tabs whose token is refused', () => {
  test.use({ expectedFailures: ['401'] });

  test('share one refresh', async ({ page, context, signedInAs }) => {
    await signedInAs(ADA);
    await page.goto('/');
    const other = await secondTab(page, '/');
    await Promise.all([expectSignedIn(page, ADA), expectSignedIn(other, ADA)]);

    let spoilt = 0;
    let release: () => void = () => undefined;
    const bothAsked = new Promise<void>((resolve) => (release = resolve));
    await context.route(
      '/api/auth/me',
      async (route) => {
        spoilt += 1;
        if (spoilt === 2) release();
        await bothAsked;
        const headers = await route.request().allHeaders();
        await route.continue({ headers: { ...headers, authorization: `${headers['authorization']}x` } });
      },
      { times: 2 },
    );
    const calls = apiCalls(context);
    const tabs = [page, other];
    await Promise.all(tabs.map((tab) => tab.getByRole('link', { name: 'See your profile' }).click()));
    for (const tab of tabs) await expect(tab.getByRole('main')).toContainText('ada@contoso.example');
    expect(calls.filter((path) => path === '/api/auth/refresh')).toHaveLength(1);
    expect(calls.filter((path) => path === '/api/auth/me')).toHaveLength(4);
  });
});

test('signing out in one tab signs out the other at once, and signing in brings it back', async ({
  page,
  signedInAs,
}) => {
  await signedInAs(ADA);
  await page.goto('/');
  const other = await secondTab(page, '/profile');
  await expectSignedIn(other, ADA);

  await account(page).click();
  await page.getByRole('button', { name: 'Sign out' }).click();
  await expect(other.getByRole('alert')).toHaveText(
    'You signed out in another tab. Sign in again when you like.',
  );

  await signIn(page, ADA);
  await expectSignedIn(page, ADA);
  await expectSignedIn(other, ADA);
});

test('another person who signs in leaves no tab with the former name', async ({
  page,
  context,
  signedInAs,
}) => {
  await signedInAs(ADA);
  await page.goto('/profile');
  await expectSignedIn(page, ADA);

  // A tab that stood at the form all along: ada's sign-in was not its own.
  await context.route('/api/auth/refresh', (route) => route.abort(), { times: 1 });
  const other = await context.newPage();
  await other.goto('/sign-in');
  await other.evaluate(
    async (credentials) => {
      const headers = { 'content-type': 'application/json' };
      const login = { method: 'POST', headers, body: JSON.stringify(credentials) };
      const answer = (await (await fetch('/api/auth/login', login)).json()) as Record<string, unknown>;
      const now = Date.now();
      const grant = {
        accessToken: answer['accessToken'],
        user: answer['user'],
        obtainedAt: now,
        expiresAt: now + 60_000,
      };
      new BroadcastChannel('cutover.session.1').postMessage({ kind: 'signed-in', grant });
    },
    { username: GRACE.username, password: GRACE.password },
  );
  await expectSignedIn(page, GRACE);
  await expect(page).toHaveURL('/');
  await expect(page.getByText(ADA.name)).toHaveCount(0);
});
