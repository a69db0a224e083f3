import { ValidationFailed } from '@cutover/contracts';

/** A place in a list that runs from the latest sign-in to the first; the id tells apart those of one instant. */
export interface SessionPosition {
  /** Epoch milliseconds. */
  createdAt: number;
  id: string;
}

export const encodeCursor = ({ createdAt, id }: SessionPosition) =>
  Buffer.from(`${createdAt}:${id}`).toString('base64url');

/** @throws ValidationFailed for a cursor of foreign making */
export function decodeCursor(cursor: string): SessionPosition {
  const [, createdAt, id] =
    /^(\d{1,15}):([0-9a-f-]{36})$/.exec(Buffer.from(cursor, 'base64url').toString()) ?? [];
  if (createdAt === undefined || id === undefined) {
    throw new ValidationFailed({ detail: 'cursor: expects the nextCursor of the page before.' });
  }
  return { createdAt: Number(createdAt), id };
}
