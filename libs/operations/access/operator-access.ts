import { createHash, timingSafeEqual } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { SettingsService } from '@cutover/config';
import type { FastifyRequest } from 'fastify';

const LOOPBACK = new Set(['127.0.0.1', '::1', '::ffff:127.0.0.1']);

/** Who may see causes, hosts and figures: the bearer of `METRICS_TOKEN`, or, where none is set, loopback. */
@Injectable()
export class OperatorAccess {
  constructor(private readonly settings: SettingsService) {}

  allows(request: FastifyRequest): boolean {
    const token = this.settings.get('http', { infer: true }).metricsToken;
    if (token !== null && bearerIs(request, token)) return true;
    return isDirectFromLoopback(request);
  }
}

function bearerIs(request: FastifyRequest, token: string): boolean {
  const given = /^Bearer (.+)$/i.exec(request.headers.authorization ?? '')?.[1] ?? '';
  return timingSafeEqual(digest(given), digest(token));
}

/** A forwarded request comes from a proxy on this machine, not from an operator on it. */
function isDirectFromLoopback(request: FastifyRequest): boolean {
  const forwarded = request.headers.forwarded ?? request.headers['x-forwarded-for'];
  return forwarded === undefined && LOOPBACK.has(request.socket.remoteAddress ?? '');
}

const digest = (text: string) => createHash('sha256').update(text).digest();
