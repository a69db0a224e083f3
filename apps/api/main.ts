import 'reflect-metadata';
import { Logger } from '@nestjs/common';
import { ConfigurationError, EXIT_CONFIGURATION, loadSettings, readEnvironment } from '@cutover/config';
import { AuditKeys } from '@cutover/operations';
import { KeySurvey } from '@cutover/sessions';
import { createApp } from './create-app';
import { listen } from './listen';
import { printOpenApi } from './print-openapi';

async function main(): Promise<void> {
  if (process.argv.includes('--openapi')) return printOpenApi();
  const settings = loadSettings(readEnvironment());
  const app = await createApp(settings);
  if (settings.secrets.keptIn) {
    new Logger('config').warn(`secrets are not set; generated ones are kept in ${settings.secrets.keptIn}`);
  }
  await app.get(KeySurvey, { strict: false }).requireKeys();
  await app.get(AuditKeys, { strict: false }).requireKeys();
  await listen(app, settings.http);
}

main().catch((error: unknown) => {
  process.stderr.write(`${sentenceFor(error)}\n`);
  process.exit(error instanceof ConfigurationError ? EXIT_CONFIGURATION : 1);
});

/** For whoever reads the terminal: what went wrong and, where it is not said yet, why. */
function sentenceFor(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return typeof error.cause === 'string' ? `${error.message} (${error.cause})` : error.message;
}
