/* eslint-disable @nx/enforce-module-boundaries -- tools/ is plain Node that `npm start` runs without a build, so it has
   no path alias; this is the one place where the browser tests reach for it. */
import { startStack } from '../../../tools/stack.mjs';

export { cutover } from '../../../tools/stack/cutover.mjs';
export { startStack };

export type Stack = Awaited<ReturnType<typeof startStack>>;
