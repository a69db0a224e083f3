import { UNPROVEN, UNPROVEN_PASSWORDS } from './support/people';
import { account, expect, signIn, test } from './support/test';

const { here, overThere } = UNPROVEN_PASSWORDS;

test.use({ expectedFailures: ['400', '401'] });

test('whom nothing but the name connects is asked once for the old password', async ({ page }) => {
  const [, username] = UNPROVEN;
  const tokens: string[] = [];
  const addresses: string[] = [];
  page.on('framenavigated', (frame) => addresses.push(frame.url()));
  page.on('response', async (response) => {
    if (!response.url().endsWith('/api/auth/login') || response.status() !== 401) return;
    tokens.push(((await response.json()) as { linkToken: string }).linkToken);
  });

  await page.goto('/profile');
  await signIn(page, { username, password: overThere });
  await expect(page).toHaveTitle('Once more – Contoso');
  await expect(page.getByRole('heading', { name: 'Once more, so that we know it is you' })).toBeVisible();
  const password = page.getByRole('textbox', { name: 'The password you used until now' });
  await expect(password).toBeFocused();
  const send = page.getByRole('button', { name: 'Continue' });
  const before = await send.boundingBox();

  await password.fill(overThere);
  await page.keyboard.press('Enter');
  await expect(page.getByRole('alert')).toContainText('That isn’t the password you used here until now.');
  await expect(password).toBeFocused();
  await expect(password).toHaveAccessibleDescription('Check this password');
  expect(await send.boundingBox()).toEqual(before);

  await page.getByRole('button', { name: 'Show password' }).click();
  await expect(password).toHaveAttribute('type', 'text');
  await password.fill(here);
  await send.click();
  await expect(account(page)).toBeVisible();
  await expect(page).toHaveURL('/profile');

  expect(tokens).toHaveLength(1);
  const kept = await page.evaluate(() =>
    JSON.stringify([{ ...localStorage }, { ...sessionStorage }, history.state, document.cookie]),
  );
  expect(addresses.join(' ') + kept).not.toContain(tokens[0]);
  expect((await page.context().cookies()).map(({ name }) => name)).not.toContain('cutover_link');
});

test('three wrong passwords, or a reload, lead back to the sign-in', async ({ page }) => {
  const [, , username] = UNPROVEN;
  const password = page.getByRole('textbox', { name: 'The password you used until now' });
  await page.goto('/sign-in');
  await signIn(page, { username, password: overThere });
  await expect(password).toBeFocused();
  await page.reload();
  await expect(page).toHaveURL('/sign-in');

  await signIn(page, { username, password: overThere });
  for (const wrong of ['Wrong-1', 'Wrong-2', 'Wrong-3']) {
    await password.fill(wrong);
    const answered = page.waitForResponse('/api/auth/login/link');
    await page.keyboard.press('Enter');
    await answered;
    await expect(page.getByRole('alert')).toContainText('That isn’t the password');
    await expect(password).toBeEditable();
  }
  await password.fill(here);
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL('/sign-in');
  await expect(page.getByRole('alert')).toContainText('Sign in again.');
  await expect(page.getByLabel('Username')).toHaveValue(username);
});
