import { ADA } from './support/people';
import { account, expect, signIn, test } from './support/test';

const NEW_PASSWORD = 'Difference-Engine-1822';

test.use({ expectedFailures: ['400', '401'] });

test('a code gives a new password once, and never stands in an address', async ({ page, stack }) => {
  await stack.operator(
    'users',
    'add',
    '--username',
    'charles',
    '--email',
    'c@contoso.example',
    '--no-password',
  );
  const { code } = await stack.operator('users', 'issue-reset', 'charles');
  const typed = String(code);
  const addresses: string[] = [];
  page.on('request', (request) => addresses.push(request.url()));
  page.on('framenavigated', (frame) => addresses.push(frame.url()));

  await page.goto('/sign-in');
  await page.getByRole('link', { name: 'Have a reset code?' }).click();
  await expect(page).toHaveTitle('Choose a new password – Contoso');
  await expect(page.getByLabel('Username')).toBeFocused();
  const username = page.getByLabel('Username');
  const field = page.getByLabel('Code');
  const password = page.getByRole('textbox', { name: 'New password' });
  const send = page.getByRole('button', { name: 'Change password' });

  // A wrong code, and a weak password, leave the right code good.
  await username.fill('charles');
  await field.fill('AAAAA-AAAAA-AAAAA-AAAAA');
  await password.fill(NEW_PASSWORD);
  const before = await send.boundingBox();
  await page.keyboard.press('Enter');
  await expect(page.getByRole('alert')).toContainText('That name and code don’t match');
  await expect(field).toBeFocused();
  await expect(field).toHaveAccessibleDescription('Check your code');
  expect(await send.boundingBox()).toEqual(before);

  await field.fill(` ${typed.toLowerCase().replaceAll('-', ' – ')} `);
  await password.fill('passwordpassword');
  await send.click();
  await expect(page.getByRole('alert')).toContainText('too easy to guess');
  await expect(password).toBeFocused();
  await password.fill(NEW_PASSWORD);
  await send.click();

  await expect(page).toHaveURL('/sign-in');
  await expect(page.getByRole('alert')).toContainText('Your password was changed.');
  await expect(page.getByRole('textbox', { name: 'Password' })).toBeFocused();
  await signIn(page, { username: 'charles', password: NEW_PASSWORD });
  await expect(account(page)).toBeVisible();

  const secrets = [typed, typed.replaceAll('-', ''), NEW_PASSWORD].map((text) => text.toLowerCase());
  const leaked = addresses.filter((url) => secrets.some((secret) => url.toLowerCase().includes(secret)));
  expect(leaked).toEqual([]);
});

test('what is missing or too short is said without a request', async ({ page }) => {
  await page.goto('/reset');
  await page.getByLabel('Username').fill(ADA.username);
  await page.getByRole('textbox', { name: 'New password' }).fill('short');
  await page.keyboard.press('Enter');
  await expect(page.getByLabel('Code')).toBeFocused();
  await expect(page.getByLabel('Code')).toHaveAccessibleDescription('Enter your code');
  await expect(page.getByRole('textbox', { name: 'New password' })).toHaveAccessibleDescription(
    'Use at least 15 characters',
  );
});
