import { BatchedReads } from './batched-reads';

interface Row {
  id: string;
  version: number;
}

/** A table whose answers a test holds back. */
function table({ limit = 5000 } = {}) {
  const statements: string[][] = [];
  const answers: (() => void)[] = [];
  const kept: Row[] = [];
  let version = 1;
  const reads = new BatchedReads<Row>({
    read: async (keys) => {
      statements.push(keys);
      const found = new Map(keys.filter((key) => key !== 'none').map((id) => [id, { id, version }]));
      await new Promise<void>((resolve) => answers.push(resolve));
      return found;
    },
    subjectOf: ({ id }) => id,
    keep: (_key, { value }) => kept.push(value),
    limit,
  });
  const asked = async (count: number) => {
    while (answers.length < count) await new Promise((resolve) => setImmediate(resolve));
  };
  return {
    reads,
    statements,
    kept,
    change: () => (version += 1),
    answer: async (number: number) => {
      await asked(number);
      answers[number - 1]?.();
    },
    asked,
  };
}

describe('reads of the same moment', () => {
  it('are one statement, and one key is in it once', async () => {
    const { reads, statements, answer } = table();
    const found = Promise.all([reads.get('a'), reads.get('b'), reads.get('a'), reads.get('none')]);
    await answer(1);
    expect(await found).toMatchObject([{ id: 'a' }, { id: 'b' }, { id: 'a' }, null]);
    expect(statements).toEqual([['a', 'b', 'none']]);
  });

  it('are made again where somebody changed the row meanwhile, and the old one is kept by nobody', async () => {
    const { reads, kept, change, answer, asked } = table();
    const found = Promise.all([reads.get('a'), reads.get('b')]);
    await asked(1);
    change();
    reads.outdate('a');
    await answer(1);
    await answer(2);
    expect(await found).toEqual([
      { id: 'a', version: 2 },
      { id: 'b', version: 1 },
    ]);
    expect(kept).toEqual([
      { id: 'b', version: 1 },
      { id: 'a', version: 2 },
    ]);
  });

  it('fail all together when there is no answer in time', async () => {
    const { reads } = table({ limit: 20 });
    const outcomes = await Promise.allSettled([reads.get('a'), reads.get('b')]);
    expect(outcomes).toMatchObject([
      { reason: { code: 'service_unavailable' } },
      { reason: { code: 'service_unavailable' } },
    ]);
  });
});
