import type { Page } from '@playwright/test';

const FAILED = /^Failed to load resource: (?:.* status of (\d+)|net::(\w+))/u;

/**
 * Collects whatever a clean page never does: errors on the console, exceptions, violations of the
 * Content-Security-Policy, requests to anybody else.
 *
 * @param expectedFailures statuses and network errors (`ERR_…`) that the test provokes
 */
export async function watch(page: Page, expectedFailures: string[]): Promise<string[]> {
  const faults: string[] = [];
  page.on('pageerror', (error) => faults.push(`exception: ${error.message}`));
  page.on('console', (message) => {
    if (message.type() !== 'error' && message.type() !== 'warning') return;
    const [, status, error] = FAILED.exec(message.text()) ?? [];
    const provoked = expectedFailures.includes(status ?? error ?? '');
    if (!provoked) faults.push(`console: ${message.text()}`);
  });
  page.on('request', (request) => {
    const { protocol, hostname } = new URL(request.url());
    if (protocol.startsWith('http') && hostname !== 'localhost') faults.push(`request: ${request.url()}`);
  });
  await page.exposeFunction('reportViolation', (directive: string) => faults.push(`CSP: ${directive}`));
  await page.addInitScript(() => {
    document.addEventListener('securitypolicyviolation', (event) => {
      const report = Reflect.get(window, 'reportViolation') as (text: string) => void;
      report(`${event.violatedDirective} ${event.blockedURI}`);
    });
  });
  return faults;
}
