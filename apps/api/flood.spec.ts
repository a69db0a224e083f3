import { sqliteEngine } from '@cutover/database/testing';
import type { Client } from './testing/client';
import { TestApi } from './testing/test-api';

const ADA = { username: 'ada', password: 'Analytical-Engine-1843' };
const EVE = { username: 'eve', password: 'Reads-What-Is-Not-Hers-7' };
/** Of attempts at once, each with one of its own names: more than wait in any queue. */
const FLOOD = 96;

/** The queue is the process's own: one engine shows it. */
describe('a flood of made-up names', () => {
  let api: TestApi;

  beforeAll(async () => {
    api = await TestApi.start(await sqliteEngine.createDatabase(), { TRUST_PROXY: '127.0.0.1' });
    await api.addPerson(ADA);
    await api.addPerson(EVE);
  });
  afterAll(() => api.stop());

  const signIn = (username: string, password: string, address: string, client = api.client()) =>
    client.signIn(username, password, { 'x-forwarded-for': address });
  const knownDevice = async ({ username, password }: typeof ADA) => {
    const client = api.client();
    expect((await signIn(username, password, '192.0.2.99', client)).status).toBe(200);
    client.cookie = null;
    return client;
  };
  /** Until `work` is done: so many at once, from so many networks, each attempt followed by the next. */
  async function flooded<T>(
    networks: number,
    attempt: (address: string, turn: number) => Promise<{ code: string | null }>,
    work: () => Promise<T>,
  ): Promise<{ result: T; codes: Set<string | null> }> {
    let isOver = false;
    const codes = new Set<string | null>();
    let full: () => void = () => undefined;
    const isFull = new Promise<void>((resolve) => (full = resolve));
    const flood = Array.from({ length: FLOOD }, async (_, one) => {
      for (let turn = 0; !isOver; turn += 1) {
        const { code } = await attempt(`10.${one % networks}.0.${one}`, turn);
        codes.add(code);
        if (code === 'service_busy') full();
      }
    });
    await isFull;
    const result = await work();
    isOver = true;
    await Promise.all(flood);
    return { result, codes };
  }
  const madeUp = (address: string, turn: number) => signIn(`made-up-${turn}`, 'wrong', address);
  const times = async (count: number, client: () => Client, address: string) => {
    const statuses: number[] = [];
    for (let time = 0; time < count; time += 1)
      statuses.push((await signIn(ADA.username, ADA.password, address, client())).status);
    return statuses;
  };

  it('from more networks than have a place keeps nobody out who comes on a known device', async () => {
    const device = await knownDevice(ADA);
    const { result, codes } = await flooded(FLOOD, madeUp, () => times(2, () => device, '203.0.113.7'));
    expect(result).toEqual([200, 200]);
    expect([...codes].sort()).toEqual(['invalid_credentials', 'service_busy']);
  });

  it('from a few networks keeps nobody of another network out, on whatever device', async () => {
    const { result } = await flooded(6, madeUp, () => times(2, () => api.client(), '203.0.113.7'));
    expect(result).toEqual([200, 200]);
  });

  it('finds no way into that lane by a cookie that is forged, or somebody else’s', async () => {
    const [adas, eves] = [await knownDevice(ADA), await knownDevice(EVE)];
    const stolen = eves.deviceCookie;
    const forged = `${stolen?.slice(0, -43)}${'A'.repeat(43)}`;
    const { result } = await flooded(
      FLOOD,
      (address, turn) => {
        const client = api.client();
        client.deviceCookie = turn % 2 === 0 ? stolen : forged;
        return signIn(turn % 2 === 0 ? 'ada' : 'eve', 'wrong', address, client);
      },
      () => times(2, () => adas, '203.0.113.7'),
    );
    expect(result).toEqual([200, 200]);
  });

  it('of a known device against its own lane leaves every other person’s turn alone', async () => {
    const [adas, eves] = [await knownDevice(ADA), await knownDevice(EVE)];
    const { result, codes } = await flooded(
      FLOOD,
      (address) => signIn(EVE.username, 'wrong', address, eves.copy()),
      () => times(2, () => adas, '203.0.113.7'),
    );
    expect(result).toEqual([200, 200]);
    expect(codes).toContain('service_busy');
  });
});
