import { loadSettings } from '@cutover/config';
import { createApp } from './create-app';
import { openApiDocument } from './http/openapi';

/** Prints the OpenAPI document of this build; needs no settings and leaves nothing behind. */
export async function printOpenApi(): Promise<void> {
  const app = await createApp(
    loadSettings({
      NODE_ENV: 'test',
      LOG_LEVEL: 'silent',
      DATABASE_URL: 'sqlite::memory:',
      LOCAL_JWT_SECRET: 'for a document that never signs anything',
      TOKEN_ENCRYPTION_KEYS: `none:${Buffer.alloc(32).toString('base64')}`,
      AUDIT_KEYS: `none:${Buffer.alloc(32).toString('base64')}`,
    }),
  );
  process.stdout.write(`${JSON.stringify(openApiDocument(app), null, 2)}\n`);
  await app.close();
}
