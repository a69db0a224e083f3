import config from './playwright.config';

/** The script that takes the pictures, run like the tests but not among them. */
export default { ...config, testMatch: 'screenshots.ts', timeout: 120_000 };
