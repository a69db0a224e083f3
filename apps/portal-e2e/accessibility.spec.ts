import AxeBuilder from '@axe-core/playwright';
import type { Page } from '@playwright/test';

import { ADA, UNPROVEN, UNPROVEN_PASSWORDS } from './support/people';
import { account, expect, reset, signIn, test } from './support/test';

/** Every page and every state of one that looks different; `open` leaves the page in it. */
const VIEWS: { name: string; signedIn: boolean; open: (page: Page) => Promise<void> }[] = [
  { name: 'sign-in', signedIn: false, open: async (page) => void (await page.goto('/sign-in')) },
  {
    name: 'sign-in, refused',
    signedIn: false,
    open: async (page) => {
      await page.goto('/sign-in');
      await signIn(page, { ...ADA, password: 'wrong' });
      await page.getByRole('alert').waitFor();
    },
  },
  {
    name: 'sign-in, trouble',
    signedIn: false,
    open: async (page) => {
      await page.goto('/sign-in');
      await page.getByText('Trouble signing in?').click();
      await page.getByRole('button', { name: 'Send' }).click();
      await page.getByText('Write a few words first').waitFor();
    },
  },
  { name: 'reset', signedIn: false, open: async (page) => void (await page.goto('/reset')) },
  {
    name: 'reset, refused',
    signedIn: false,
    open: async (page) => {
      await page.goto('/reset');
      await reset(page);
      await page.getByRole('alert').waitFor();
    },
  },
  {
    name: 'proof',
    signedIn: false,
    open: async (page) => {
      await page.goto('/sign-in');
      await signIn(page, { username: UNPROVEN[0], password: UNPROVEN_PASSWORDS.overThere });
      await page.getByLabel('The password you used until now').waitFor();
      await page.getByRole('button', { name: 'Continue' }).click();
      await page.getByText('Enter your password').waitFor();
    },
  },
  { name: 'home', signedIn: true, open: async (page) => void (await page.goto('/')) },
  {
    name: 'home with the account open',
    signedIn: true,
    open: async (page) => {
      await page.goto('/');
      await account(page).click();
    },
  },
  {
    name: 'profile',
    signedIn: true,
    open: async (page) => {
      await page.goto('/profile');
      await page.getByText('ada@contoso.example').last().waitFor();
    },
  },
  {
    name: 'sessions',
    signedIn: true,
    open: async (page) => {
      await page.goto('/sessions');
      await page.getByText('This device').waitFor();
    },
  },
  {
    name: 'sessions, asking whether to sign out everywhere',
    signedIn: true,
    open: async (page) => {
      await page.goto('/sessions');
      await page.getByRole('button', { name: 'Sign out everywhere' }).click();
      await page.getByRole('alertdialog').waitFor();
    },
  },
  {
    name: 'a session about to end',
    signedIn: true,
    open: async (page) => {
      await page.clock.install();
      await page.goto('/');
      await account(page).waitFor();
      await page.clock.fastForward('29:30');
      await page.getByRole('alertdialog').waitFor();
    },
  },
  { name: 'not found', signedIn: false, open: async (page) => void (await page.goto('/no/such/page')) },
];

const COLOUR_RULES = ['color-contrast', 'link-in-text-block'];

test.use({ expectedFailures: ['401'] });

for (const { name, signedIn, open } of VIEWS) {
  test(`${name}: axe finds nothing, light and dark, and it never scrolls sideways`, async ({
    page,
    signedInAs,
  }) => {
    await page.emulateMedia({ colorScheme: 'light', reducedMotion: 'reduce' });
    if (signedIn) await signedInAs(ADA);
    await open(page);
    await expect(page.locator('h1')).toBeVisible();
    expect.soft(await violations(new AxeBuilder({ page })), 'light').toEqual([]);

    await page.emulateMedia({ colorScheme: 'dark', reducedMotion: 'reduce' });
    // Only colours change with the scheme.
    expect.soft(await violations(new AxeBuilder({ page }).withRules(COLOUR_RULES)), 'dark').toEqual([]);

    // 320 px is a desktop of 1280 px at a zoom of 400 % (WCAG 2.2, success criterion 1.4.10).
    for (const width of [390, 320]) {
      await page.setViewportSize({ width, height: 844 });
      const overflow = await page.evaluate(
        () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
      );
      expect.soft(overflow, `at ${width} px`).toBe(0);
    }
  });
}

async function violations(axe: AxeBuilder) {
  const { violations } = await axe.analyze();
  return violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)]);
}

test('the keyboard alone signs in, opens the account, closes it, and signs out', async ({ page }) => {
  const press = (key: string) => page.keyboard.press(key);
  await page.goto('/');
  await expect(page.getByLabel('Username')).toBeFocused();
  await page.keyboard.type(ADA.username);
  await press('Tab');
  await page.keyboard.type(ADA.password);
  await press('Enter');

  await expect(account(page)).toBeVisible();
  await account(page).focus();
  await press('Enter');
  const panel = page.getByRole('dialog', { name: 'Your account' });
  await expect(panel).toBeVisible();
  await press('Escape');
  await expect(panel).toBeHidden();
  await expect(account(page)).toBeFocused();

  await press('Enter');
  const signOut = page.getByRole('button', { name: 'Sign out' });
  await expect(async () => {
    await press('Tab');
    await expect(signOut).toBeFocused({ timeout: 100 });
  }).toPass();
  await press('Enter');
  await expect(page.getByRole('heading', { name: 'Sign in' })).toBeVisible();
});

test('the button that opens the account closes it too, also from within', async ({ page, signedInAs }) => {
  await signedInAs(ADA);
  await page.goto('/');
  const panel = page.getByRole('dialog', { name: 'Your account' });
  await account(page).click();
  await page.keyboard.press('Tab');
  await expect(panel).toBeVisible();
  await account(page).click();
  await expect(panel).toBeHidden();
});

test('the first stop of the keyboard skips the header', async ({ page, signedInAs }) => {
  await signedInAs(ADA);
  await page.goto('/');
  await expect(account(page)).toBeVisible();
  await page.keyboard.press('Tab');
  await expect(page.getByRole('link', { name: 'Skip to the page' })).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(page.getByRole('main')).toBeFocused();
});

test('the colours chosen by hand outlive a reload', async ({ page }) => {
  await page.emulateMedia({ colorScheme: 'light' });
  await page.goto('/sign-in');
  const background = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  const light = await background();
  await page.getByRole('radio', { name: 'Dark' }).check({ force: true });
  await expect.poll(background).not.toBe(light);
  await page.reload();
  await expect(page.getByRole('radio', { name: 'Dark' })).toBeChecked();
  expect(await background()).not.toBe(light);
});
