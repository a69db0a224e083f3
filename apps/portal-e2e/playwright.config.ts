import { defineConfig } from '@playwright/test';

/** Debian's Chromium; Playwright's own download is not used. No sandbox: CI runs as root in a container. */
const chromium = {
  executablePath: process.env['CHROMIUM_PATH'] ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-background-networking'],
};

export default defineConfig({
  testDir: '.',
  testMatch: '**/*.spec.ts',
  outputDir: '../../test-results/portal-e2e',
  fullyParallel: false,
  forbidOnly: true,
  workers: 2,
  maxFailures: 10, // a stack that does not start fails every test
  timeout: 30_000,
  expect: { timeout: 10_000 },
  reporter: [['list']],
  use: {
    launchOptions: chromium,
    viewport: { width: 1280, height: 800 },
    trace: 'retain-on-failure',
  },
});
