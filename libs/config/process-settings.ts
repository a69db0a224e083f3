import { loadSettings } from './load-settings';
import { LOCAL_FILE, readEnvironment } from './read-environment';
import type { Settings } from './settings';
import type { Variables } from './secrets/secret-files';

/**
 * The settings of this process: of its environment over `.env.local`, checked with what else decides how it runs.
 *
 * @param overrides settings that a command takes for granted
 * @throws ConfigurationError
 */
export const settingsOfProcess = (overrides: Variables = {}): Settings =>
  loadSettings(
    { ...readEnvironment(), ...overrides },
    { localFile: LOCAL_FILE, commandLine: process.execArgv.join(' ') },
  );
