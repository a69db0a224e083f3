export type Operation = 'login' | 'refresh' | 'validate' | 'userInfo' | 'logout' | 'jwks';

/**
 * Why a call failed, fit for a log line. It never holds a body, a header or a token: axios' own errors carry the
 * request (a password, a bearer) and are therefore never kept, not even as `cause`.
 */
export interface UpstreamFailure {
  operation: Operation;
  /** A fixed phrase of ours. */
  reason: string;
  /** Node's or OpenSSL's name for a failed connection, as `ECONNREFUSED`. */
  code?: string;
  httpStatus?: number;
  /** Entra's number, as 50126. */
  aadsts?: number;
}

/** One line for operators, as `login: http 503`. */
export function describeFailure({ operation, reason, code, aadsts }: UpstreamFailure): string {
  const details = [code, aadsts === undefined ? undefined : `AADSTS${aadsts}`].filter(Boolean).join(', ');
  return `${operation}: ${reason}${details ? ` (${details})` : ''}`;
}
