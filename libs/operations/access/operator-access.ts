import { createHash, timingSafeEqual } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { SettingsService } from '@cutover/config';
import type { FastifyRequest } from 'fastify';

/** What proxies add. */
const FORWARDED = ['forwarded', 'x-forwarded-for', 'x-forwarded-host', 'x-real-ip', 'via'];
const LOOPBACK_NAME = /^(localhost|127(\.\d{1,3}){3}|\[::1\])(:\d+)?$/i;
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

/**
 * A forwarded request comes from a proxy on this machine, not from an operator on it. Nor does one under another name: a
 * site whose name leads to loopback has the browser on this machine ask in its place (DNS rebinding).
 */
function isDirectFromLoopback({ headers, socket }: FastifyRequest): boolean {
  const isForwarded = FORWARDED.some((name) => headers[name] !== undefined);
  return !isForwarded && LOOPBACK.has(socket.remoteAddress ?? '') && LOOPBACK_NAME.test(headers.host ?? '');
}

const digest = (text: string) => createHash('sha256').update(text).digest();
