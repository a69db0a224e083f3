import { ADA, GRACE } from './support/people';
import { account, expect, signIn, test } from './support/test';

for (const person of [ADA, GRACE]) {
  test(`a reload keeps the session of ${person.username}`, async ({ page, signedInAs }) => {
    await signedInAs(person);
    await page.goto('/');
    await expect(account(page)).toContainText(person.name);
    await page.reload();
    await expect(account(page)).toContainText(person.name);
  });
}

test('signing out ends the session', async ({ page, signedInAs }) => {
  await signedInAs(ADA);
  await page.goto('/');
  await account(page).click();
  await page.getByRole('button', { name: 'Sign out' }).click();
  await expect(page.getByRole('heading', { name: 'Sign in' })).toBeVisible();
  await expect(page).toHaveURL('/sign-in');
  await page.goto('/profile');
  await expect(page).toHaveURL('/sign-in?returnUrl=%2Fprofile');
});

test('the guard brings a person back to where they were going', async ({ page }) => {
  await page.goto('/profile');
  await expect(page).toHaveURL('/sign-in?returnUrl=%2Fprofile');
  await signIn(page, GRACE);
  await expect(page).toHaveURL('/profile');
  await expect(page.getByRole('main')).toContainText('grace@contoso.example');
});

test('no link leads from here to another site', async ({ page }) => {
  await page.goto('/sign-in?returnUrl=//evil.example/profile');
  await signIn(page, ADA);
  await expect(page).toHaveURL('/');
});

test('no token is kept where a script or a log could find it', async ({ page }) => {
  await page.goto('/');
  await signIn(page, GRACE);
  await expect(account(page)).toBeVisible();
  const kept = await page.evaluate(() => ({ ...localStorage, ...sessionStorage, cookie: document.cookie }));
  expect(kept).toEqual({ cookie: '' });
  expect(page.url()).toMatch(/\/$/u);
});

test.describe('an access token that the API refuses', () => {
  test.use({ expectedFailures: ['401'] });

  test('is refreshed once, and the person notices nothing', async ({ page, signedInAs }) => {
    await signedInAs(ADA);
    await page.goto('/');
    await expect(account(page)).toBeVisible();

    const calls: string[] = [];
    page.on('request', (request) => calls.push(new URL(request.url()).pathname));
    await page.route(
      '/api/auth/me',
      async (route) => {
        const headers = await route.request().allHeaders();
        await route.continue({ headers: { ...headers, authorization: `${headers['authorization']}x` } });
      },
      { times: 1 },
    );
    await page.getByRole('link', { name: 'See your profile' }).click();
    await expect(page.getByRole('main')).toContainText('ada@contoso.example');
    expect(calls.filter((path) => path.startsWith('/api/'))).toEqual([
      '/api/auth/me',
      '/api/auth/refresh',
      '/api/auth/me',
    ]);
  });

  test('and whose session is over leads to sign-in, says why, and comes back', async ({
    page,
    signedInAs,
  }) => {
    await signedInAs(ADA);
    await page.goto('/');
    await expect(account(page)).toBeVisible();
    expect((await page.request.post('/api/auth/logout')).status()).toBe(204);

    await page.getByRole('link', { name: 'See your profile' }).click();
    await expect(page.getByRole('alert')).toHaveText(
      'Your session has ended. Sign in again to go on where you were.',
    );
    await signIn(page, ADA);
    await expect(page).toHaveURL('/profile');
  });
});
