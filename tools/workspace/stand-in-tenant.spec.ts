import { STAND_IN_TENANT_ID } from '@cutover/contracts';
import { standInSettings } from '../stack/external-settings.mjs';

describe('the settings that point an API at the stand-in', () => {
  it('name the tenant that the stand-in issues tokens for', () => {
    expect(standInSettings('http://127.0.0.1:4010')).toMatchObject({
      EXTERNAL_AUTH_TENANT_ID: STAND_IN_TENANT_ID,
      EXTERNAL_AUTH_ISSUER: `http://127.0.0.1:4010/${STAND_IN_TENANT_ID}/v2.0`,
    });
  });
});
