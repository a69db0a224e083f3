import { FairQueue } from './fair-queue';

const drain = <T>(queue: FairQueue<T>) => Array.from({ length: queue.size }, () => queue.shift());

describe('a fair queue', () => {
  it('lets shares take turns, and each in its own order', () => {
    const queue = new FairQueue<string>(10);
    for (const item of ['a1', 'a2', 'a3', 'b1', 'c1', 'b2']) queue.push(item.slice(0, 1), item);
    expect(drain(queue)).toEqual(['a1', 'b1', 'c1', 'a2', 'b2', 'a3']);
    expect(queue.shift()).toBeUndefined();
  });

  it('has an end, at which the largest share gives way and no other', () => {
    const queue = new FairQueue<string>(4);
    for (const item of ['a1', 'a2', 'a3', 'a4']) expect(queue.push('a', item)).toBeNull();
    expect(queue.push('a', 'a5')).toBe('a5');
    expect(queue.push('b', 'b1')).toBe('a4');
    expect(queue.push('b', 'b2')).toBe('a3');
    expect(queue.push('b', 'b3')).toBe('b3');
    expect(queue.push('a', 'a6')).toBe('a6');
    expect(queue.push('c', 'c1')).toBe('a2');
    expect(queue.size).toBe(4);
    expect(drain(queue)).toEqual(['a1', 'b1', 'c1', 'b2']);
  });

  it('turns a newcomer away where everybody has one place', () => {
    const queue = new FairQueue<string>(2);
    queue.push('a', 'a1');
    queue.push('b', 'b1');
    expect(queue.push('c', 'c1')).toBe('c1');
    expect(drain(queue)).toEqual(['a1', 'b1']);
  });
});
