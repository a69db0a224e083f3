import { ADA, GRACE, REFUSED_PASSWORD } from './support/people';
import { account, expect, signIn, test } from './support/test';

for (const [person, side] of [
  [ADA, 'This application’s own password'],
  [GRACE, 'Your organisation’s sign-in (Microsoft)'],
] as const) {
  test(`${person.username} signs in and the name stands in the header`, async ({ page }) => {
    await page.goto('/');
    await expect(page).toHaveTitle('Sign in – Contoso');
    await signIn(page, person);
    await expect(account(page)).toContainText(person.name);
    await expect(page.getByRole('heading', { name: `Welcome, ${person.name}` })).toBeVisible();

    await account(page).click();
    const panel = page.getByRole('dialog', { name: 'Your account' });
    await expect(panel).toContainText(`${person.username}@contoso.example`);
    await expect(panel).toContainText('Member');
    await expect(panel).toContainText(side);
  });
}

test.describe('refused', () => {
  test.use({ expectedFailures: ['401'] });

  test('a wrong password is said above the form and beside the field, where the focus goes; nothing moves', async ({
    page,
  }) => {
    await page.goto('/sign-in');
    const button = page.getByRole('button', { name: 'Sign in' });
    const before = await button.boundingBox();
    await signIn(page, { ...ADA, password: 'wrong' });
    await expect(page.getByRole('alert')).toHaveText(
      'That name and password don’t match. Check both and try again.',
    );
    await expect(page.getByRole('textbox', { name: 'Password' })).toBeFocused();
    await expect(page.getByRole('textbox', { name: 'Password' })).toHaveAccessibleDescription(
      'Check your password',
    );
    expect(await button.boundingBox()).toEqual(before);
  });

  test('an unknown name is refused in the same words', async ({ page }) => {
    await page.goto('/sign-in');
    await signIn(page, { username: 'nobody', password: 'wrong' });
    await expect(page.getByRole('alert')).toHaveText(
      'That name and password don’t match. Check both and try again.',
    );
  });

  for (const [username, sentence] of [
    [
      'mfa',
      'Your organisation asks for a second step that this page can’t do yet. Contact your help desk and mention MFA.',
    ],
    [
      'expired',
      'Your password has expired. Change it where you usually do, then sign in here with the new one.',
    ],
    [
      'locked',
      'Your account is locked for a while after too many attempts. Wait a few minutes, or contact your help desk.',
    ],
    ['disabled', 'Your account is switched off. Contact your help desk to have it switched on.'],
  ] as const) {
    test(`${username}: the sentence says what to do next`, async ({ page }) => {
      await page.goto('/sign-in');
      await signIn(page, { username, password: REFUSED_PASSWORD });
      await expect(page.getByRole('alert')).toHaveText(sentence);
      await expect(page.locator(':focus').getByRole('alert')).toBeVisible();
    });
  }
});

test('what is missing is asked for without a request', async ({ page }) => {
  await page.goto('/sign-in');
  await expect(page.getByLabel('Username')).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(page.getByLabel('Username')).toHaveAccessibleDescription('Enter your username');
  await expect(page.getByLabel('Username')).toBeFocused();
});

test('the button turns into progress and sends one request however often it is pressed', async ({ page }) => {
  let requests = 0;
  let release: () => void = () => undefined;
  const held = new Promise<void>((resolve) => (release = resolve));
  await page.route('/api/auth/login', async (route) => {
    requests += 1;
    await held;
    await route.continue();
  });
  await page.goto('/sign-in');
  await signIn(page, ADA);
  const progress = page.getByRole('button', { name: 'Signing in…' });
  await expect(progress).toBeDisabled();
  await progress.click({ force: true });
  await page.keyboard.press('Enter');
  release();
  await expect(account(page)).toContainText(ADA.name);
  expect(requests).toBe(1);
});
