import { HttpException } from '@nestjs/common';
import { Forbidden, NotAuthenticated, NotFound, ProblemError, ValidationFailed } from '@cutover/contracts';

class InternalError extends ProblemError {
  readonly code = 'internal_error';
  constructor(cause: unknown) {
    super({
      detail: 'Something went wrong on our side. Try again; if it stays, tell your help desk the request id.',
      cause,
    });
  }
}

class PayloadTooLarge extends ProblemError {
  readonly code = 'payload_too_large';
  constructor() {
    super({ detail: 'The request is larger than this service reads. Send less.' });
  }
}

class UnsupportedMediaType extends ProblemError {
  readonly code = 'unsupported_media_type';
  constructor() {
    super({ detail: 'Send the body as application/json.' });
  }
}

export class MethodNotAllowed extends ProblemError {
  readonly code = 'method_not_allowed';
  constructor() {
    super({ detail: 'This address knows other methods; the Allow header names them.' });
  }
}

/** Whatever was thrown, as an error of ours. What nobody foresaw is `internal_error`. */
export function toProblemError(exception: unknown): ProblemError {
  if (exception instanceof ProblemError) return exception;
  switch (statusOf(exception)) {
    case 400:
      return new ValidationFailed({
        detail: 'The request could not be read. Check that its address and its JSON are well-formed.',
        cause: exception,
      });
    case 401:
      return new NotAuthenticated({ cause: exception });
    case 403:
      return new Forbidden({ cause: exception });
    case 404:
      return new NotFound({ cause: exception });
    case 405:
      return new MethodNotAllowed();
    case 413:
      return new PayloadTooLarge();
    case 414:
    case 431:
      return new ValidationFailed({ detail: 'The address or a header is too long.', cause: exception });
    case 415:
      return new UnsupportedMediaType();
    default:
      return new InternalError(exception);
  }
}

/** NestJS says `getStatus()`, Fastify's own errors carry `statusCode`. */
function statusOf(exception: unknown): number | undefined {
  if (exception instanceof HttpException) return exception.getStatus();
  if (exception instanceof Error && 'statusCode' in exception && typeof exception.statusCode === 'number') {
    return exception.statusCode;
  }
  return undefined;
}
