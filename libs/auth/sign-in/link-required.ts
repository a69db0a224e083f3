import { ProblemError } from '@cutover/contracts';
import type { CookieSerializeOptions } from '@fastify/cookie';

/** What the browser has to bring again with the token. */
export interface BoundCookie {
  name: string;
  value: string;
  attributes: CookieSerializeOptions;
}

/**
 * The password is right on the external side, and nothing shows yet whose account here that is: the person is asked once
 * for the password that they had here until now.
 */
export class LinkRequired extends ProblemError {
  readonly code = 'link_required';

  constructor(
    private readonly linkToken: string,
    readonly cookie: BoundCookie,
  ) {
    super({
      detail:
        'Your password is right. To know that the account here is yours, we ask once for the password you used until now.',
    });
  }

  override get extensions() {
    return { linkToken: this.linkToken };
  }
}
