import { ADA, GRACE } from './support/people';
import { account, expect, signIn, test } from './support/test';

test.describe('with the external side down', () => {
  test.use({ expectedFailures: ['503'] });

  test.beforeEach(({ stack }) => stack.stopStandIn());
  test.afterEach(({ stack }) => stack.startStandIn());

  test('grace reads what to do, and ada signs in', async ({ page }) => {
    await page.goto('/sign-in');
    await signIn(page, GRACE);
    await expect(page.getByRole('alert')).toContainText('Your organisation’s sign-in isn’t answering.');
    await expect(page.getByRole('alert')).toContainText(/Try again in (\d+ seconds?|a few minutes)/u);
    await page.goto('/sign-in');
    await signIn(page, ADA);
    await expect(account(page)).toContainText(ADA.name);
  });
});

test.describe('with USE_EXTERNAL_AUTH=false', () => {
  test.use({ expectedFailures: ['401'] });

  test.beforeEach(({ stack }) => stack.restartApi({ USE_EXTERNAL_AUTH: 'false' }));
  test.afterEach(async ({ page, stack }) => {
    await page.close(); // it may still be fetching pages ahead
    await stack.restartApi({ USE_EXTERNAL_AUTH: 'true' });
  });

  test('grace gets the neutral refusal, and ada signs in', async ({ page }) => {
    await page.goto('/sign-in');
    await signIn(page, GRACE);
    await expect(page.getByRole('alert')).toHaveText(
      'That name and password don’t match. Check both and try again.',
    );
    await signIn(page, ADA);
    await expect(account(page)).toContainText(ADA.name);
  });
});

test.describe('when the first question finds no answer', () => {
  test.use({ expectedFailures: ['ERR_FAILED'] });

  test('the portal says so, and goes on when asked to', async ({ page, signedInAs }) => {
    await signedInAs(ADA);
    await page.route('/api/auth/refresh', (route) => route.abort(), { times: 1 });
    await page.goto('/profile');
    await expect(page.getByRole('alert')).toHaveText(
      'We can’t reach the server. Check your connection and try again.',
    );
    await page.getByRole('button', { name: 'Try again' }).click();
    await expect(page.getByRole('main')).toContainText('ada@contoso.example');
  });
});

test.describe('without a network', () => {
  test.use({ expectedFailures: ['ERR_INTERNET_DISCONNECTED'] });

  test('the profile says so and comes back by itself', async ({ page, context, signedInAs }) => {
    await signedInAs(ADA);
    await page.goto('/', { waitUntil: 'networkidle' });
    await expect(account(page)).toBeVisible();
    await context.setOffline(true);
    await page.getByRole('link', { name: 'See your profile' }).click();
    await expect(page.getByRole('alert')).toContainText('You’re offline.');
    await context.setOffline(false);
    await expect(page.getByRole('main')).toContainText('ada@contoso.example');
  });
});
