import type { Page } from '@playwright/test';

import { apiCalls } from './support/calls';
import { ADA, GRACE } from './support/people';
import { account, expect, signIn, test } from './support/test';

/** The person moves the pointer, long enough after the page was opened to be told from that (`TOLD_APART`). */
async function isSeen(page: Page) {
  await page.clock.runFor(2_000);
  await page.mouse.move(10, 10);
}

const endingNotice = { name: 'Are you still there?' };

test('a session about to end says so a minute ahead, and staying goes on', async ({ page, signedInAs }) => {
  await page.clock.install();
  await signedInAs(ADA);
  await page.goto('/profile');
  await expect(account(page)).toContainText(ADA.name);

  await page.clock.fastForward('29:05'); // of 30 minutes without use
  const notice = page.getByRole('alertdialog', endingNotice);
  await expect(notice).toContainText(/we’ll sign you out in 5\d seconds\./u);
  await page.clock.runFor(5_000);
  await expect(notice).toContainText(/we’ll sign you out in (50|4\d) seconds\./u);
  await expect(notice.getByRole('button', { name: 'Stay signed in' })).toBeFocused();

  const refreshed = page.waitForResponse('/api/auth/refresh');
  await page.keyboard.press('Enter');
  await expect(notice).toHaveCount(0);
  expect((await refreshed).status()).toBe(200);
  await expect(account(page)).toContainText(ADA.name);
});

test('a session that nobody used ends, says why, and brings the person back to where they were', async ({
  page,
  signedInAs,
}) => {
  await page.clock.install();
  await signedInAs(ADA);
  await page.goto('/sessions');
  await expect(page.getByText('This device')).toBeVisible();

  await page.clock.fastForward('29:30');
  await expect(page.getByRole('alertdialog', endingNotice)).toBeVisible();
  await page.clock.fastForward('00:45');
  await expect(page.getByRole('alert')).toHaveText(
    'You were away for a while, so we signed you out. Sign in again to go on where you were.',
  );
  await expect(page.getByRole('alertdialog')).toHaveCount(0);
  // Truly: whoever finds this computer cannot reload the page to go on.
  await page.goto('/profile');
  await expect(page).toHaveURL('/sign-in?returnUrl=%2Fprofile');
  await signIn(page, ADA);
  await expect(page).toHaveURL('/profile');
});

test('the longest time of a session is announced too', async ({ page, signedInAs }) => {
  await page.clock.install();
  await signedInAs(ADA);
  // As after nearly twelve hours: the token ends with the session.
  const soon = new Date(Date.now() + 120_000).toISOString();
  await page.route('/api/auth/refresh', async (route) => {
    const answer = await route.fetch();
    await route.fulfill({ response: answer, json: { ...(await answer.json()), expiresIn: 120 } });
  });
  let told: () => void;
  const isTold = new Promise<void>((done) => (told = done));
  await page.route('/api/auth/sessions?*', async (route) => {
    const answer = await route.fetch();
    const list = (await answer.json()) as { items: object[] };
    const items = list.items.map((item) => ({ ...item, expiresAt: soon }));
    await route.fulfill({ response: answer, json: { ...list, items } });
    told();
  });
  await page.goto('/profile');
  await expect(account(page)).toContainText(ADA.name);
  await isTold;
  await page.evaluate(() => fetch('/health/live').then(() => undefined)); // what was answered before has arrived
  await page.clock.fastForward('01:10');
  const notice = page.getByRole('alertdialog', { name: 'Your session is about to end' });
  await expect(notice).toContainText('It has lasted as long as it may');
  await notice.getByRole('button', { name: 'Not yet' }).click();
  await expect(notice).toHaveCount(0);
  await page.clock.fastForward('01:00');
  await expect(page.getByRole('alert')).toContainText('Your session has lasted as long as it may');
  await signIn(page, ADA);
  await expect(page).toHaveURL('/profile');
});

test.describe('with access tokens that live 9 seconds', () => {
  test.beforeEach(async ({ stack }) => {
    await stack.stopStandIn();
    await stack.startStandIn({ AUTH_API_TOKEN_LIFETIME: '9' });
  });
  test.afterEach(async ({ stack }) => {
    await stack.stopStandIn();
    await stack.startStandIn();
  });

  test('a person who is there gets the next one before the last has run out', async ({
    page,
    context,
    signedInAs,
  }) => {
    await signedInAs(GRACE);
    await page.goto('/');
    await expect(account(page)).toContainText(GRACE.name);
    const calls = apiCalls(context);
    await expect(async () => {
      await page.mouse.move(Math.random() * 100, 10);
      expect(calls).toContain('/api/auth/refresh');
    }).toPass({ intervals: [250] });
    await page.getByRole('link', { name: 'See your profile' }).click();
    await expect(page.getByRole('main')).toContainText('grace@contoso.example');
    // No request was refused on the way, and an idle moment asked for nothing more than it needed.
    expect(calls.indexOf('/api/auth/refresh')).toBeLessThan(calls.indexOf('/api/auth/me'));
    expect(calls.filter((path) => path === '/api/auth/me')).toHaveLength(1);
  });
});

test.describe('while the API is away', () => {
  test.use({ expectedFailures: ['503', 'ERR_INTERNET_DISCONNECTED'] });

  test('the page says so calmly, throws nobody out, and recovers by itself', async ({ page, signedInAs }) => {
    await page.clock.install();
    await signedInAs(ADA);
    await page.goto('/');
    await expect(account(page)).toContainText(ADA.name);

    let away = true;
    const body = JSON.stringify({ code: 'service_unavailable', requestId: 'request-1', status: 503 });
    await page.route('/api/auth/refresh', (route) =>
      away ? route.fulfill({ status: 503, contentType: 'application/problem+json', body }) : route.continue(),
    );
    await isSeen(page);
    await page.clock.fastForward('14:00');
    const notice = page.locator('app-renewal-notice');
    await expect(notice).toContainText('We can’t reach the service right now. You’re still signed in.');
    await page.clock.fastForward('00:05'); // a further attempt, a longer wait
    await expect(notice).toContainText(/We’ll try again in \d seconds?\./u);
    await expect(account(page)).toContainText(ADA.name);

    away = false;
    await page.clock.fastForward('00:10');
    await expect(notice).toHaveCount(0);
    await page.getByRole('link', { name: 'See your profile' }).click();
    await expect(page.getByRole('main')).toContainText('ada@contoso.example');
  });

  test('a device without a network says that it is the device, and goes on when it is back', async ({
    page,
    context,
    signedInAs,
  }) => {
    await page.clock.install();
    await signedInAs(ADA);
    await page.goto('/', { waitUntil: 'networkidle' });
    await expect(account(page)).toContainText(ADA.name);
    await isSeen(page);
    await context.setOffline(true);
    await page.clock.fastForward('14:00');
    await expect(page.locator('app-renewal-notice')).toContainText('You’re offline.');
    await context.setOffline(false);
    await expect(page.locator('app-renewal-notice')).toHaveCount(0);
  });
});
