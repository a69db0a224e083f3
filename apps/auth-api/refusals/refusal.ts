import { randomUUID } from 'node:crypto';
import { AADSTS, type AadstsEntry } from './aadsts';

const UNLISTED: AadstsEntry = { error: 'invalid_grant', status: 400, text: 'An error without a name.' };

/** A refusal by its AADSTS number; the server's error handler sends it. */
export class Refusal extends Error {
  readonly status: number;

  constructor(readonly number: number) {
    super(`AADSTS${number}`);
    this.status = (AADSTS[number] ?? UNLISTED).status;
  }

  /** The body as Entra's token endpoint writes it. */
  body() {
    const { error, text, suberror } = AADSTS[this.number] ?? UNLISTED;
    const traceId = randomUUID();
    const correlationId = randomUUID();
    const timestamp = new Date().toISOString().replace('T', ' ').replace(/\.\d+/, '');
    return {
      error,
      error_description: `AADSTS${this.number}: ${text} Trace ID: ${traceId} Correlation ID: ${correlationId} Timestamp: ${timestamp}`,
      error_codes: [this.number],
      timestamp,
      trace_id: traceId,
      correlation_id: correlationId,
      error_uri: `https://login.microsoftonline.com/error?code=${this.number}`,
      ...(suberror === undefined ? {} : { suberror }),
    };
  }
}

/** A bearer that is missing or not accepted (RFC 6750 section 3.1). */
export class BearerRefused extends Error {}
