import { createHash } from 'node:crypto';
import { foldName } from './fold-name';

export type NameColumn = 'username' | 'email';

/** What equal names have in common, short enough for any index: 128 bits. Whoever finds a row by it looks at the name. */
export const nameKey = (name: string) =>
  createHash('sha256').update(foldName(name)).digest('base64url').slice(0, 22);
