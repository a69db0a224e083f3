import type { Page } from '@playwright/test';

import { ADA, GRACE } from './support/people';
import { account, signIn, test } from './support/test';

/** Writes docs/screenshots: `nx screenshots portal-e2e`. To be looked at, not compared: fonts differ by machine. */
const DIRECTORY = 'docs/screenshots';

test.use({ expectedFailures: ['401'] });

for (const width of [1280, 390]) {
  for (const colorScheme of ['light', 'dark'] as const) {
    test(`${width} px, ${colorScheme}`, async ({ page }) => {
      await page.setViewportSize({ width, height: width === 390 ? 844 : 800 });
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
      const picture = (name: string) => take(page, `${name}-${width}-${colorScheme}`);

      await page.goto('/');
      await page.getByLabel('Username').waitFor();
      await picture('sign-in');

      await signIn(page, { ...ADA, password: 'wrong' });
      await page.getByRole('alert').waitFor();
      await picture('error');

      await signIn(page, GRACE);
      await page.getByRole('heading', { name: 'Welcome' }).waitFor();
      await picture('home');

      await account(page).click();
      await picture('menu');

      await page.getByRole('link', { name: 'Your profile', exact: true }).click();
      await page.getByRole('main').getByText('grace@contoso.example').waitFor();
      await picture('profile');
    });
  }
}

async function take(page: Page, name: string): Promise<void> {
  await page.evaluate(() => document.fonts.ready);
  await page.screenshot({ path: `${DIRECTORY}/${name}.png`, animations: 'disabled', caret: 'hide' });
}
