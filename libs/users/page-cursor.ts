import { type Page, ValidationFailed } from '@cutover/contracts';

export interface PageRequest {
  limit: number;
  cursor?: string | undefined;
}

/** One page of rows in the order of their ids; the cursor is opaque to callers and names the last id seen. */
export async function pageAfter<T extends { id: number }>(
  { limit, cursor }: PageRequest,
  find: (after: number, limit: number) => Promise<T[]>,
): Promise<Page<T>> {
  const found = await find(cursor === undefined ? -1 : decode(cursor), limit + 1);
  const items = found.slice(0, limit);
  const last = items.at(-1);
  return { items, nextCursor: found.length > limit && last ? encode(last.id) : null };
}

const encode = (id: number) => Buffer.from(`id:${id}`).toString('base64url');

function decode(cursor: string): number {
  const id = /^id:(\d{1,15})$/.exec(Buffer.from(cursor, 'base64url').toString())?.[1];
  if (id === undefined)
    throw new ValidationFailed({ detail: 'cursor: expects the nextCursor of the page before.' });
  return Number(id);
}
