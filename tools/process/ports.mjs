import { createServer } from 'node:net';
import { isErrno } from './errno.mjs';

/**
 * @param {number} port 0 takes any
 * @param {string} host
 * @returns {Promise<number>} the port that was free a moment ago; rejects with EADDRINUSE where it was not
 */
function bound(port, host) {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen({ port, host, exclusive: true }, () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address ? address.port : port));
    });
  });
}

export const freePort = () => bound(0, '127.0.0.1');

/** @param {number} port @param {string} [host] */
export async function isFree(port, host = '127.0.0.1') {
  try {
    await bound(port, host);
    return true;
  } catch (error) {
    if (isErrno(error, 'EADDRINUSE')) return false;
    throw error;
  }
}
