import { Injectable } from '@nestjs/common';
import { SettingsService } from '@cutover/config';
import type { BoundCookie } from '../../sign-in/link-required';

/**
 * Binds a link token to the browser that it was made for. `__Host-` wants the path `/` (RFC 6265bis section 4.1.3.2): that
 * no neighbour of a subdomain can set it is worth more than a narrower path.
 */
@Injectable()
export class LinkCookie {
  readonly name: string;
  /** No Max-Age: the server knows how long it is good for. */
  readonly attributes: { path: '/'; httpOnly: true; sameSite: 'strict'; secure: boolean };

  constructor(settings: SettingsService) {
    const { publicUrl } = settings.get('http', { infer: true });
    const secure = publicUrl.startsWith('https:');
    this.attributes = { path: '/', httpOnly: true, sameSite: 'strict', secure };
    this.name = secure ? '__Host-cutover_link' : 'cutover_link';
  }

  holding(value: string): BoundCookie {
    return { name: this.name, value, attributes: this.attributes };
  }
}
