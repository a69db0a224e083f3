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
  /**
   * Whether the request was handed to a connection that stood. What did not get so far was surely not acted upon; where
   * nothing is said, it may have been.
   */
  sent?: boolean;
  /** A whole answer came, in the provider's own words: what it says is so, a refresh token it refused is not spent. */
  answered?: boolean;
  /** Entra's number, as 50126. */
  aadsts?: number;
  /** It is our address that was refused, whoever asks from it. */
  addressBlocked?: true;
  /** The external API's own ids of the request: what Microsoft's support asks for. */
  traceId?: string;
  correlationId?: string;
}

/** What an operator needs of a failure to ask the other side about it; empty where the answer named nothing. */
export const supportIds = ({ aadsts, traceId, correlationId }: UpstreamFailure) => ({
  ...(aadsts !== undefined && { aadsts }),
  ...(traceId !== undefined && { traceId }),
  ...(correlationId !== undefined && { correlationId }),
});

/** One line for operators, as `login: http 503`. */
export function describeFailure({ operation, reason, code, aadsts }: UpstreamFailure): string {
  const details = [code, aadsts === undefined ? undefined : `AADSTS${aadsts}`].filter(Boolean).join(', ');
  return `${operation}: ${reason}${details ? ` (${details})` : ''}`;
}
