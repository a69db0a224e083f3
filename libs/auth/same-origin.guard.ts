import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import { SettingsService } from '@cutover/config';
import { Forbidden } from '@cutover/contracts';
import type { FastifyRequest } from 'fastify';

/**
 * Keeps other sites' pages from signing people in, out or on (login CSRF, RFC 9700 section 4.7; OWASP ASVS 5 V3.5).
 * A caller that sends neither header is no browser and carries no cookie of one.
 */
@Injectable()
export class SameOriginGuard implements CanActivate {
  constructor(private readonly settings: SettingsService) {}

  canActivate(context: ExecutionContext): boolean {
    const { headers } = context.switchToHttp().getRequest<FastifyRequest>();
    const { publicUrl } = this.settings.get('http', { infer: true });
    const site = headers['sec-fetch-site'];
    const foreign =
      (headers.origin !== undefined && headers.origin !== publicUrl) ||
      (site !== undefined && site !== 'same-origin' && site !== 'none');
    if (foreign) {
      throw new Forbidden({
        detail: `This request came from another site. Open ${publicUrl} and try again there.`,
      });
    }
    return true;
  }
}
