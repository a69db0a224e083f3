import { Logger } from '@nestjs/common';
import type { Settings } from '@cutover/config';
import { AuditKeys } from '@cutover/operations';
import { KeySurvey } from '@cutover/sessions';
import { createApp } from './create-app';
import { listen } from './listen';

/** The API from its start to its end. @param finish what remains to be done at the end of the process */
export async function run(settings: Settings, finish: () => Promise<void>): Promise<void> {
  const app = await createApp(settings);
  if (settings.secrets.keptIn) {
    new Logger('config').warn(`secrets are not set; generated ones are kept in ${settings.secrets.keptIn}`);
  }
  for (const { name, problem } of settings.cautions) new Logger('config').warn(`${name} ${problem}`);
  await app.get(KeySurvey, { strict: false }).requireKeys();
  await app.get(AuditKeys, { strict: false }).requireKeys();
  await listen(app, settings.http, finish);
}

export { printOpenApi } from './print-openapi';
