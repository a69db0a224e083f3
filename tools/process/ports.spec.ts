import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { freePort, isFree } from './ports.mjs';

describe('ports', () => {
  it('are taken while somebody listens, and free afterwards', async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;

    expect(await isFree(port)).toBe(false);
    await new Promise((resolve) => server.close(resolve));
    expect(await isFree(port)).toBe(true);
  });

  it('can be had without asking for a certain one', async () => {
    expect(await isFree(await freePort())).toBe(true);
  });
});
