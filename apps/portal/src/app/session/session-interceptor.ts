import {
  type HttpErrorResponse,
  HttpContextToken,
  type HttpHandlerFn,
  type HttpInterceptorFn,
  type HttpRequest,
} from '@angular/common/http';
import { inject } from '@angular/core';
import type { ProblemCode } from '@cutover/contracts';
import { catchError, from, switchMap, throwError } from 'rxjs';

import { isProblemAnswer, readProblem } from '../problem/read-problem';
import { Session } from './session';

/** These carry the cookie instead; a bearer would say nothing, and a 401 of theirs is their answer. */
const COOKIE_ROUTES = ['/api/auth/login', '/api/auth/refresh', '/api/auth/logout'];

/** Refusals of the access token: a fresh one mends them, or there is none and the session is over. */
const RENEWABLE: readonly ProblemCode[] = [
  'token_invalid',
  'not_authenticated',
  'session_expired',
  'session_reused',
];

/** A question of the page's own, which says nothing about whether the person is there. */
export const UNASKED = new HttpContextToken(() => false);

/** Attaches the access token to our own API, and only there; renews it once for all requests that were refused. */
export const sessionInterceptor: HttpInterceptorFn = (request, next) => {
  if (!takesBearer(request)) return next(request);
  const session = inject(Session);
  if (!request.context.get(UNASKED)) session.lastRequestAt = Date.now();
  const sent = session.bearer;
  return send(request, next, sent).pipe(
    catchError((error: HttpErrorResponse) => {
      if (!asksForFreshToken(error)) return throwError(() => error);
      // A renewal that fails is the answer: 401 when the session is over, 503 when it could not be asked.
      return from(session.renew(sent)).pipe(switchMap(() => send(request, next, session.bearer)));
    }),
  );
};

function takesBearer(request: HttpRequest<unknown>): boolean {
  const { origin, pathname } = new URL(request.url, document.baseURI);
  return origin === location.origin && pathname.startsWith('/api/') && !COOKIE_ROUTES.includes(pathname);
}

function send(request: HttpRequest<unknown>, next: HttpHandlerFn, bearer: string | null) {
  return next(
    bearer === null ? request : request.clone({ setHeaders: { Authorization: `Bearer ${bearer}` } }),
  );
}

function asksForFreshToken(error: unknown): boolean {
  return isProblemAnswer(error, 401) && RENEWABLE.some((code) => code === readProblem(error).code);
}
