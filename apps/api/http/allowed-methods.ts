import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { MethodNotAllowed } from './to-problem-error';

interface Route {
  pattern: string[];
  method: string;
}

/** Remembers the routes of the API as they are registered, so that a wrong method is told from a wrong address. */
export class AllowedMethods {
  private readonly routes: Route[] = [];

  constructor(instance: FastifyInstance) {
    instance.addHook('onRoute', ({ url, method }) => {
      if (url.includes('*')) return;
      for (const one of [method].flat()) this.routes.push({ pattern: url.split('/'), method: one });
    });
  }

  /** The methods that `path` answers; none for an unknown path. */
  of(path: string): string[] {
    const segments = path.split('/');
    const matching = this.routes.filter(
      ({ pattern }) =>
        pattern.length === segments.length &&
        pattern.every((part, index) => part.startsWith(':') || part === segments[index]),
    );
    return [...new Set(matching.map(({ method }) => method))].sort();
  }
}

/** @throws MethodNotAllowed where the path is known, under other methods than the one that was used */
export function refuseWrongMethod(
  methods: AllowedMethods,
  request: FastifyRequest,
  reply: FastifyReply,
): void {
  const allowed = methods.of(request.url.split('?', 1)[0] ?? '/');
  if (allowed.length === 0 || allowed.includes(request.method)) return;
  reply.header('Allow', allowed.join(', '));
  throw new MethodNotAllowed();
}
