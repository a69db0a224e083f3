import { AsyncLocalStorage } from 'node:async_hooks';
import { Coalescer } from './coalescer';
import { ServiceUnavailable } from './errors';

describe('group commit', () => {
  it('writes one set at a time, and what comes meanwhile together, up to the largest set', async () => {
    const sets: number[][] = [];
    let open: () => void = () => undefined;
    const first = new Promise<void>((resolve) => (open = resolve));
    const coalescer = new Coalescer(async (items: number[]) => {
      sets.push(items);
      if (sets.length === 1) await first;
      return items.map((item) => item * 10);
    }, 3);
    const results = Promise.all([1, 2, 3, 4, 5].map((item) => coalescer.add(item)));
    expect(sets).toEqual([[1]]);
    open();
    expect(await results).toEqual([10, 20, 30, 40, 50]);
    expect(sets).toEqual([[1], [2, 3, 4], [5]]);
  });

  it('serves each alone where several failed together, so that nobody fails for another’s item', async () => {
    const coalescer = new Coalescer(async (items: string[]) => {
      if (items.includes('bad')) throw new Error('not written');
      return items;
    }, 10);
    const settled = await Promise.allSettled(['first', 'bad', 'good'].map((item) => coalescer.add(item)));
    expect(settled.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
  });

  it('fails a whole set at once while the database is down', async () => {
    const sizes: number[] = [];
    const coalescer = new Coalescer(async (items: number[]) => {
      sizes.push(items.length);
      if (sizes.length > 1) throw new ServiceUnavailable('down');
      return items;
    }, 10);
    const settled = await Promise.allSettled([1, 2, 3, 4].map((item) => coalescer.add(item)));
    expect(settled.filter(({ status }) => status === 'rejected')).toHaveLength(3);
    expect(sizes).toEqual([1, 3]);
  });

  it('fails those of the set that failed, and goes on', async () => {
    const coalescer = new Coalescer(async ([item]: string[]) => {
      if (item === 'bad') throw new Error('not written');
      return [item];
    }, 1);
    const settled = await Promise.allSettled(['bad', 'good'].map((item) => coalescer.add(item)));
    expect(settled.map(({ status }) => status)).toEqual(['rejected', 'fulfilled']);
  });

  it('writes in nobody’s transaction', async () => {
    const transaction = new AsyncLocalStorage<string>();
    const coalescer = new Coalescer(async (items: number[]) => items.map(() => transaction.getStore()), 10);
    expect(await transaction.run('somebody’s', () => coalescer.add(1))).toBeUndefined();
  });
});
