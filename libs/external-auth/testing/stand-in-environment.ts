import { standInSettings } from '@cutover/contracts';

export type Environment = Record<string, string | undefined>;

/** What `loadSettings` needs to sign people in at a stand-in that listens at `url`. */
export const standInEnvironment = (url: string, overrides: Environment = {}): Environment => ({
  NODE_ENV: 'test',
  ...standInSettings(url),
  ...overrides,
});
