import { startScratchServer } from './mysql-server.mjs';

/** A database server of a test's own, whose global modes it may change: its URL on one line, until stdin ends. */
const server = await startScratchServer();
process.stdout.write(`${server.url}\n`);
process.stdin.resume().once('end', () => void server.stop());
