import type { Page } from '@playwright/test';

import { expect, test } from './support/test';

async function open(page: Page) {
  await page.goto('/sign-in');
  await page.getByLabel('Username').fill('ada');
  await page.getByText('Trouble signing in?').click();
  return page.getByLabel('What happens when you try?');
}

test('somebody who cannot sign in says so, by keyboard alone, and is thanked', async ({ page }) => {
  await page.goto('/sign-in');
  await page.getByLabel('Username').fill('ada');
  await page.getByText('Trouble signing in?').focus();
  await page.keyboard.press('Enter');
  await page.keyboard.press('Tab');
  const message = page.getByLabel('What happens when you try?');
  await expect(message).toBeFocused();
  await expect(message).toHaveAccessibleDescription(/Don’t write a password here\./u);
  await page.keyboard.type('The button does nothing');
  await page.keyboard.press('Tab');
  const report = page.waitForRequest('/api/auth/trouble');
  await page.keyboard.press('Enter');
  expect((await report).postDataJSON()).toEqual({ message: 'The button does nothing', username: 'ada' });
  await expect(page.locator(':focus').getByRole('alert')).toHaveText(/Thank you, your message was sent\./u);
  await expect(message).toBeHidden();
});

test.describe('when the message does not arrive', () => {
  test.use({ expectedFailures: ['ERR_FAILED'] });

  test('the page says so, keeps the text, and sends it at the second try', async ({ page }) => {
    await page.route('/api/auth/trouble', (route) => route.abort(), { times: 1 });
    const message = await open(page);
    await message.fill('The button does nothing');
    await page.getByRole('button', { name: 'Send' }).click();
    await expect(page.locator(':focus').getByRole('alert')).toHaveText(/We can’t reach the server\./u);
    await expect(message).toHaveValue('The button does nothing');
    await page.getByRole('button', { name: 'Send' }).click();
    await expect(page.getByRole('alert')).toHaveText(/Thank you/u);
  });
});
