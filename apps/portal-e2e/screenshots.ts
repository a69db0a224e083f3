import type { APIRequest, Page } from '@playwright/test';

import { ADA, GRACE, UNPROVEN, UNPROVEN_PASSWORDS } from './support/people';
import { account, reset, signIn, test } from './support/test';

/** Writes docs/screenshots: `nx screenshots portal-e2e`. To be looked at, not compared: fonts differ by machine. */
const DIRECTORY = 'docs/screenshots';

test.use({ expectedFailures: ['401', 'ERR_FAILED'] });

for (const width of [1280, 390]) {
  for (const colorScheme of ['light', 'dark'] as const) {
    test(`${width} px, ${colorScheme}`, async ({ page, playwright, baseURL }) => {
      await elsewhere(playwright.request, baseURL ?? '');
      await page.clock.install();
      await page.setViewportSize({ width, height: width === 390 ? 844 : 800 });
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
      const picture = (name: string) => take(page, `${name}-${width}-${colorScheme}`);

      await page.goto('/');
      await page.getByLabel('Username').waitFor();
      await picture('sign-in');

      await page.getByLabel('Username').fill(ADA.username);
      await page.getByText('Trouble signing in?').click();
      await picture('trouble');
      await page.getByLabel('What happens when you try?').fill('The button does nothing.');
      await page.getByRole('button', { name: 'Send' }).click();
      await page.getByText('Thank you').waitFor();
      await picture('trouble-sent');

      await page.getByRole('link', { name: 'Have a reset code?' }).click();
      await page.getByLabel('Code').waitFor();
      await picture('reset');
      await reset(page);
      await page.getByRole('alert').waitFor();
      await picture('reset-refused');

      await page.goto('/sign-in');
      await signIn(page, { ...ADA, password: 'wrong' });
      await page.getByRole('alert').waitFor();
      await picture('error');

      await signIn(page, { username: UNPROVEN[3], password: UNPROVEN_PASSWORDS.overThere });
      await page.getByLabel('The password you used until now').waitFor();
      await picture('proof');
      await page.getByLabel('The password you used until now').fill('wrong');
      await page.getByRole('button', { name: 'Continue' }).click();
      await page.getByText('That isn’t the password').waitFor();
      await picture('proof-refused');
      await page.getByRole('link', { name: 'Back to sign-in' }).click();
      await page.getByLabel('Username').waitFor();

      await signIn(page, GRACE);
      await page.getByRole('heading', { name: 'Welcome' }).waitFor();
      await picture('home');

      await account(page).click();
      await picture('menu');

      await page.getByRole('link', { name: 'Profile', exact: true }).click();
      await page.getByRole('main').getByText('grace@contoso.example').waitFor();
      await picture('profile');

      await page.getByRole('link', { name: 'See where you’re signed in' }).click();
      await page.getByText('This device').waitFor();
      await picture('sessions');

      await page.getByRole('button', { name: 'Sign out Firefox on Windows' }).click();
      await page.getByRole('alertdialog').waitFor();
      await picture('sessions-confirm');
      await page.getByRole('button', { name: 'Cancel' }).click();

      await page.clock.fastForward('29:20'); // of half an hour without use
      await page.getByRole('alertdialog').waitFor();
      await picture('about-to-end');
      const stayed = page.waitForResponse('/api/auth/refresh');
      await page.getByRole('button', { name: 'Stay signed in' }).click();
      await stayed;

      await page.route('/api/auth/refresh', (route) => route.abort());
      await page.clock.fastForward('00:02');
      await page.mouse.move(10, 10);
      await page.clock.fastForward('28:40'); // a renewal is due
      await page.getByText('We’ll try again').waitFor();
      await picture('away');
    });
  }
}

for (const width of [1280, 390]) {
  for (const colorScheme of ['light', 'dark'] as const) {
    test(`a new password, ${width} px, ${colorScheme}`, async ({ page, signedInAs }) => {
      await page.setViewportSize({ width, height: width === 390 ? 844 : 800 });
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
      await signedInAs(ADA);
      await page.goto('/password');
      await page.getByRole('textbox', { name: 'Present password' }).fill('Wrong-Password-58-Wrong');
      await page.getByRole('textbox', { name: 'New password' }).fill('short');
      await page.getByRole('button', { name: 'Change password' }).click();
      await page.getByText('Use at least 15 characters').waitFor();
      await take(page, `password-${width}-${colorScheme}`);
      await page.getByRole('textbox', { name: 'New password' }).fill('Difference-Engine-1822');
      await page.getByRole('button', { name: 'Change password' }).click();
      await page.getByRole('alert').waitFor();
      await take(page, `password-refused-${width}-${colorScheme}`);
    });
  }
}

/** Grace is signed in on one other device, and nowhere else. */
async function elsewhere(api: APIRequest, baseURL: string): Promise<void> {
  const userAgent = 'Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0';
  const device = await api.newContext({ baseURL, userAgent });
  const { username, password } = GRACE;
  const signIn = () => device.post('/api/auth/login', { data: { username, password } });
  const { accessToken } = (await (await signIn()).json()) as { accessToken: string };
  await device.delete('/api/auth/sessions', { headers: { authorization: `Bearer ${accessToken}` } });
  await signIn();
  await device.dispose();
}

async function take(page: Page, name: string): Promise<void> {
  await page.evaluate(() => document.fonts.ready);
  await page.screenshot({ path: `${DIRECTORY}/${name}.png`, animations: 'disabled', caret: 'hide' });
}
