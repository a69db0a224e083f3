import { startServer } from './server';
import { EXIT_CONFIGURATION, readSettings, SettingsRefused } from './settings';

async function main(): Promise<void> {
  const settings = readSettings(process.env);
  const { server, standIn } = await startServer(settings);
  console.log(`auth-api (stand-in for development and tests) ready at ${standIn.baseUrl}`);

  const stop = async () => {
    await server.close();
    process.exit(0); // ordered latencies may still be waiting
  };
  process.once('SIGTERM', stop);
  process.once('SIGINT', stop);
}

main().catch((error: unknown) => {
  if (error instanceof SettingsRefused) {
    console.error(error.message);
    process.exit(EXIT_CONFIGURATION);
  }
  if (error instanceof Error && 'code' in error && error.code === 'EADDRINUSE') {
    console.error(
      `Port ${'port' in error ? error.port : ''} is taken by another program; set AUTH_API_PORT to a free one.`,
    );
  } else {
    console.error(error);
  }
  process.exit(1);
});
