import type { AddressInfo } from 'node:net';
import { Logger } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { HttpSettings } from '@cutover/config';
import { RefreshesInHand } from './refreshes-in-hand';

/**
 * Opens the port and says so in one log line.
 *
 * @param finish what remains to be done at the end of the process; never fails
 * @throws Error with one sentence that names the port and its setting when the port is taken
 */
export async function listen(
  app: NestFastifyApplication,
  { host, port, publicUrl }: HttpSettings,
  finish: () => Promise<void>,
): Promise<string> {
  endOnSignal(app, finish);
  try {
    await app.listen({ host, port });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EADDRINUSE') {
      throw new Error(
        `Port ${port} on ${host} is taken. Stop what listens there, or set PORT to another one.`,
        { cause: error },
      );
    }
    throw error;
  }
  const { port: bound } = app.getHttpServer().address() as AddressInfo;
  const url = `http://${host.includes(':') ? `[${host}]` : host}:${bound}`;
  new Logger('api').log(`ready at ${url}, for browsers at ${publicUrl}`);
  return url;
}

/** NestJS' own handler of signals would exit 0 whatever was left undone. A second signal changes nothing. */
function endOnSignal(app: NestFastifyApplication, finish: () => Promise<void>): void {
  let ending = false;
  const end = async () => {
    if (ending) return;
    ending = true;
    await app.close();
    await finish();
    process.exit(app.get(RefreshesInHand).stored ? 0 : 1);
  };
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.on(signal, () => {
      end().catch((error: unknown) => {
        new Logger('shutdown').error({ err: error }, 'the end was not orderly');
        process.exit(1);
      });
    });
  }
}
