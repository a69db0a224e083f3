import { standInSettings } from '@cutover/contracts';
import { standInSettings as settingsOfTools } from '../stack/external-settings.mjs';

describe('the settings that point an API at the stand-in', () => {
  it('are the same for tools, which run without a build', () => {
    const url = 'http://127.0.0.1:4010';
    expect(settingsOfTools(url)).toEqual(standInSettings(url));
  });
});
