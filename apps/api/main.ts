import 'reflect-metadata';
import { ConfigurationError, EXIT_CONFIGURATION, settingsOfProcess } from '@cutover/config';
import { startTracing } from '@cutover/operations/tracing';

async function main(): Promise<void> {
  if (process.argv.includes('--openapi')) return (await import('./run.js')).printOpenApi();
  const settings = settingsOfProcess();
  const endTracing = settings.tracing && (await startTracing(settings.tracing));
  const { run } = await import('./run.js'); // not before: what is traced is wrapped as it is loaded
  await run(settings, () => endTracing?.() ?? Promise.resolve());
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
