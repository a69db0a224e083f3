import { GRACE } from './support/people';
import { account, expect, signIn, test } from './support/test';

const PRESENT = 'Analytical-Engine-1843';
const NEW = 'Difference-Engine-1822';

test.use({ expectedFailures: ['400', '401'] });

test('a person changes their password, stays here and is signed out elsewhere', async ({
  page,
  browser,
  stack,
}) => {
  const username = 'annabella';
  await stack.operator(
    'users',
    'add',
    '--username',
    username,
    '--email',
    'a@contoso.example',
    '--no-password',
  );
  const { code } = await stack.operator('users', 'issue-reset', username);
  const set = { username, code, newPassword: PRESENT };
  expect((await page.request.post('/api/auth/reset', { data: set })).status()).toBe(204);

  const other = await browser.newContext({ baseURL: stack.apiUrl });
  const elsewhere = await other.newPage();
  await elsewhere.goto('/sign-in');
  await signIn(elsewhere, { username, password: PRESENT });
  await expect(account(elsewhere)).toBeVisible();

  await page.goto('/sign-in');
  await signIn(page, { username, password: PRESENT });
  await account(page).click();
  await page.getByRole('link', { name: 'Profile', exact: true }).click();
  await page.getByRole('link', { name: 'Change your password' }).click();
  await expect(page).toHaveTitle('Change your password – Contoso');
  const present = page.getByRole('textbox', { name: 'Present password' });
  const next = page.getByRole('textbox', { name: 'New password' });
  const send = page.getByRole('button', { name: 'Change password' });

  // A wrong present password and a weak new one change nothing.
  await present.fill('Wrong-Password-58-Wrong');
  await next.fill(NEW);
  const before = await send.boundingBox();
  await page.keyboard.press('Enter');
  await expect(page.getByRole('alert')).toContainText('That isn’t your present password.');
  await expect(present).toBeFocused();
  expect(await send.boundingBox()).toEqual(before);
  await present.fill(PRESENT);
  await next.fill('passwordpassword');
  await send.click();
  await expect(page.getByRole('alert')).toContainText('too easy to guess');
  await expect(next).toBeFocused();

  await next.fill(NEW);
  await send.click();
  await expect(page.getByRole('heading', { name: 'Your password was changed' })).toBeFocused();
  await page.reload();
  await expect(account(page)).toBeVisible();
  await elsewhere.reload();
  await expect(elsewhere.getByLabel('Username')).toBeVisible();
  await signIn(elsewhere, { username, password: NEW });
  await expect(account(elsewhere)).toBeVisible();
  await other.close();
});

test('nobody is asked for a password that the organisation keeps', async ({ page, signedInAs }) => {
  await signedInAs(GRACE);
  await page.goto('/profile');
  await expect(page.getByRole('main').getByText('grace@contoso.example')).toBeVisible();
  await expect(page.getByRole('link', { name: 'Change your password' })).toHaveCount(0);
  await page.goto('/password');
  await expect(page.getByText('Your organisation keeps your password')).toBeVisible();
});
