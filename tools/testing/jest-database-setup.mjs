import { startScratchServer } from './mysql-server.mjs';

/** Before a project's tests: the server of TEST_DATABASE_URL, or one for this run. */
export default async function setup() {
  if (process.env.TEST_DATABASE_URL) return;
  const server = await startScratchServer();
  process.env.TEST_DATABASE_URL = server.url;
  globalThis.cutoverScratchServer = server;
}
