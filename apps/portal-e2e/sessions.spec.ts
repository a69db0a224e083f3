import type { BrowserContext, Page } from '@playwright/test';

import { ADA, GRACE } from './support/people';
import { account, expect, test } from './support/test';

const FIREFOX = 'Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0';

test.describe('one’s sessions', () => {
  test.use({ expectedFailures: ['401'] });

  /** Another browser in which ada is signed in. */
  let elsewhere: BrowserContext;

  test.beforeEach(async ({ page, browser, baseURL, signedInAs }) => {
    await signedInAs(ADA);
    await page.request.delete('/api/auth/sessions', { headers: await bearer(page) });
    elsewhere = await browser.newContext({ userAgent: FIREFOX, ...(baseURL && { baseURL }) });
    const { username, password } = ADA;
    await elsewhere.request.post('/api/auth/login', { data: { username, password } });
    await signedInAs(ADA);
    await page.goto('/');
    await account(page).click();
    await page.getByRole('link', { name: 'Sessions' }).click();
  });
  test.afterEach(() => elsewhere.close());

  test('are listed, this device first, and the other can be ended', async ({ page }) => {
    const items = page.getByRole('listitem');
    await expect(items).toHaveCount(2);
    await expect(items.first()).toContainText('Chrome on Linux');
    await expect(items.first()).toContainText('This device');
    await expect(items.last()).toContainText('Firefox on Windows');
    await expect(items.last()).toContainText('This application’s own password');
    await expect(items.last()).toContainText('127.0.0.1');
    await expect(items.last().locator('time').first()).toHaveAttribute(
      'title',
      /^\d+ \w+ 20\d\d at \d\d:\d\d$/u,
    );

    await page.getByRole('button', { name: 'Sign out Firefox on Windows' }).click();
    const question = page.getByRole('alertdialog', { name: 'Sign out Firefox on Windows?' });
    await question.getByRole('button', { name: 'Sign out' }).click();
    await expect(items).toHaveCount(1);
    await expect(
      page.getByRole('status').filter({ hasText: 'Firefox on Windows is signed out.' }),
    ).toBeAttached();
    await expect(page.getByRole('heading', { level: 1 })).toBeFocused();

    const there = await elsewhere.newPage();
    await there.goto('/profile');
    await expect(there.getByRole('alert')).toContainText('Your session has ended.');
  });

  test('all end at once', async ({ page }) => {
    await page.getByRole('button', { name: 'Sign out everywhere' }).click();
    await page.getByRole('alertdialog').getByRole('button', { name: 'Sign out everywhere' }).click();
    await expect(page.getByRole('heading', { name: 'Sign in' })).toBeVisible();
    await expect(page).toHaveURL('/sign-in');
    expect((await elsewhere.request.post('/api/auth/refresh')).status()).toBe(401);
  });

  test('can be ended with the keyboard alone', async ({ page }) => {
    const button = page.getByRole('button', { name: 'Sign out Firefox on Windows' });
    await button.focus();
    await page.keyboard.press('Enter');
    await expect(page.getByRole('button', { name: 'Cancel' })).toBeFocused();
    await page.keyboard.press('Escape');
    await expect(page.getByRole('alertdialog')).toHaveCount(0);
    await expect(button).toBeFocused();

    await page.keyboard.press('Enter');
    await expect(page.getByRole('button', { name: 'Cancel' })).toBeFocused(); // the question is there
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await expect(page.getByRole('listitem')).toHaveCount(1);
  });
});

test.describe('a list that fails', () => {
  test.use({ expectedFailures: ['503', 'ERR_INTERNET_DISCONNECTED'] });

  test('says so, tries again, and says so about its end too', async ({ page, context, signedInAs }) => {
    await signedInAs(GRACE);
    const body = JSON.stringify({ code: 'service_unavailable', requestId: 'request-1', status: 503 });
    const unavailable = { status: 503, contentType: 'application/problem+json', body };
    await page.route('/api/auth/sessions?*', (route) => route.fulfill(unavailable), { times: 1 });
    await page.goto('/sessions', { waitUntil: 'networkidle' });
    await expect(page.getByRole('alert')).toContainText('The service isn’t available right now.');
    await page.getByRole('button', { name: 'Try again' }).click();
    await expect(page.getByText('This device')).toBeVisible();

    await page.getByRole('button', { name: 'Sign out everywhere' }).click();
    await context.setOffline(true);
    const question = page.getByRole('alertdialog');
    await question.getByRole('button', { name: 'Sign out everywhere' }).click();
    await expect(question.getByRole('alert')).toContainText('You’re offline.');
    await context.setOffline(false);
    await question.getByRole('button', { name: 'Try again' }).click();
    await expect(page.getByRole('heading', { name: 'Sign in' })).toBeVisible();
  });
});

async function bearer(page: Page) {
  const answer = await page.request.post('/api/auth/refresh');
  const { accessToken } = (await answer.json()) as { accessToken: string };
  return { authorization: `Bearer ${accessToken}` };
}
