import { type ArgumentsHost, Catch, type ExceptionFilter, Logger } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { PROBLEMS, type Problem, type ProblemError } from '@cutover/contracts';
import { toProblemError } from './to-problem-error';

/** The one place where an error becomes an answer (RFC 9457). Its cause goes to the log and nowhere else. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  private readonly logger = new Logger(ProblemFilter.name);

  catch(exception: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    this.answer(exception, http.getRequest<FastifyRequest>(), http.getResponse<FastifyReply>());
  }

  /** Also for what Fastify refuses before NestJS sees it. */
  answer(exception: unknown, request: FastifyRequest, reply: FastifyReply): void {
    const error = toProblemError(exception);
    if (error.status >= 500)
      this.logger.error({ err: exception, code: error.code, requestId: request.id }, error.message);
    reply.header('X-Request-Id', String(request.id)); // not every fault passes the hook that sets it
    if (error.status === 401) reply.header('WWW-Authenticate', challenge(error));
    if (error.retryAfter !== undefined) reply.header('Retry-After', error.retryAfter);
    reply
      .status(error.status)
      .header('Cache-Control', 'no-store')
      .type('application/problem+json; charset=utf-8')
      .send(JSON.stringify(toProblem(error, request)));
  }
}

function toProblem(error: ProblemError, request: FastifyRequest): Problem {
  return {
    type: `/problems/${error.code}`,
    title: PROBLEMS[error.code].title,
    status: error.status,
    detail: error.detail,
    instance: request.url.split('?', 1)[0] ?? '/',
    code: error.code,
    requestId: String(request.id),
    ...(error.retryAfter !== undefined && { retryAfter: error.retryAfter }),
    ...error.extensions,
  };
}

/** RFC 6750 section 3: no error code where no credential was given. */
function challenge({ code }: ProblemError): string {
  const bad = code === 'token_invalid' || code === 'session_expired' || code === 'session_reused';
  return bad ? 'Bearer realm="cutover", error="invalid_token"' : 'Bearer realm="cutover"';
}
