import type { LinkProofRequest } from '@cutover/contracts';
import { z } from 'zod';
import { text } from '../../sign-in/sign-in.schemas';

export const linkProofSchema = z.strictObject({
  linkToken: text(255),
  password: text(1024),
}) satisfies z.ZodType<LinkProofRequest>;
