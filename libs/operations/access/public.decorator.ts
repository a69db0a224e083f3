import { SetMetadata } from '@nestjs/common';

export const PUBLIC = 'cutover:public';

/** Opens a route to everybody. Without it every route asks for a bearer token (the guard is in `auth`). */
export const Public = () => SetMetadata(PUBLIC, true);
