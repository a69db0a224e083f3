import { Agent, createServer } from 'node:http';
import axios from 'axios';
import { createPool } from 'mysql2/promise';

// The bare limit of a refresh sweep: 64 at once on the wire, written in batches of 500 by hand, nothing encrypted,
// nothing verified, nobody else to agree with.
const ON_THE_WIRE = 64;
const BATCH = 500;

const pool = createPool(String(process.env['DATABASE_URL']));
const upstream = axios.create({
  baseURL: String(process.env['UPSTREAM']),
  httpAgent: new Agent({ keepAlive: true, maxSockets: ON_THE_WIRE }),
});

async function sweep() {
  const [rows] = await pool.query('SELECT id, refresh_token FROM bench_tokens WHERE due = 1');
  const due = /** @type {{ id: string, refresh_token: string }[]} */ (rows);
  /** @type {unknown[][]} */
  let renewed = [];
  /** @type {Promise<unknown>[]} */
  const writes = [];
  const write = () => {
    if (renewed.length === 0) return;
    const values = renewed.splice(0);
    writes.push(
      pool.query(
        `INSERT INTO bench_tokens (id, access_token, refresh_token, id_token, expires_at, due) VALUES ?
         ON DUPLICATE KEY UPDATE access_token = VALUES(access_token), refresh_token = VALUES(refresh_token),
           id_token = VALUES(id_token), expires_at = VALUES(expires_at), due = 0`,
        [values],
      ),
    );
  };
  const worker = async () => {
    for (let row = due.pop(); row; row = due.pop()) {
      const { data } = await upstream.post('/api/auth/refresh', { refresh_token: row.refresh_token });
      const expiresAt = Date.now() + data.expires_in * 1000;
      renewed.push([row.id, data.access_token, data.refresh_token, data.id_token, expiresAt, 0]);
      if (renewed.length === BATCH) write();
    }
  };
  await Promise.all(Array.from({ length: ON_THE_WIRE }, worker));
  write();
  await Promise.all(writes);
}

createServer(async (request, response) => {
  if (request.method === 'POST') await sweep();
  response.end();
}).listen(Number(process.env['PORT']), '127.0.0.1');
