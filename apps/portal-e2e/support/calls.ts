import type { BrowserContext } from '@playwright/test';

/** The paths of the API that a browser asks from here on, in all its tabs. */
export function apiCalls(context: BrowserContext): string[] {
  const calls: string[] = [];
  context.on('request', (request) => {
    const { pathname } = new URL(request.url());
    if (pathname.startsWith('/api/')) calls.push(pathname);
  });
  return calls;
}
