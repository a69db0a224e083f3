import { AsyncLocalStorage } from 'node:async_hooks';
import { Coalescer } from './coalescer';

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
