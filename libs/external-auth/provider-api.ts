import { Injectable, Logger } from '@nestjs/common';
import { SettingsService } from '@cutover/config';
import { ProblemError } from '@cutover/contracts';
import { jsonObject, type JsonObject } from './answer/json-object';
import { ExternalAvailability } from './availability/external-availability';
import { ExternalMisconfigured } from './errors';
import { refusalError } from './refusal/refusal-error';
import { addressOf, requiredSettings } from './required-settings';
import { ProviderResilience } from './resilience/provider-resilience';
import { ProviderHttp, type UpstreamAnswer } from './transport/provider-http';
import type { Operation, UpstreamFailure } from './upstream-failure';

interface Call {
  /** Sent by POST; without it the call is a GET. */
  body?: Record<string, string>;
  encoding?: 'json' | 'form';
  bearer?: string;
}

/** One call of the external API, by `ProviderResilience`: its answer, or the error that it means. */
@Injectable()
export class ProviderApi {
  private readonly logger = new Logger('ExternalAuth');

  constructor(
    private readonly settings: SettingsService,
    private readonly http: ProviderHttp,
    private readonly resilience: ProviderResilience,
    private readonly availability: ExternalAvailability,
  ) {}

  /** @throws ProblemError of `errors.ts`; ExternalMisconfigured too where a 2xx answer is no JSON object */
  async call(operation: Exclude<Operation, 'jwks'>, call: Call): Promise<JsonObject> {
    return this.observed(operation, async () => {
      const answer = await this.exchange(operation, call);
      const json = jsonObject(answer);
      if (json) return json;
      const reason = answer.text.trim() === '' ? 'empty body' : `no JSON object (${knownMediaType(answer)})`;
      // A page, unlike half an answer, was written by something that stands before the provider.
      const answered = answer.mediaType === 'text/html';
      throw new ExternalMisconfigured({ operation, reason, httpStatus: answer.status, answered });
    });
  }

  /** A call whose answer says nothing but that it was done. */
  async tell(operation: 'logout', call: Call): Promise<void> {
    await this.observed(operation, () => this.exchange(operation, call));
  }

  private async exchange(
    operation: Exclude<Operation, 'jwks'>,
    { body, encoding, bearer }: Call,
  ): Promise<UpstreamAnswer> {
    const url = addressOf(requiredSettings(this.settings, operation), operation);
    const method = body ? 'POST' : 'GET';
    return this.resilience.call(operation, async (signal) => {
      const answer = await this.http.send({ operation, method, url, body, encoding, bearer, signal });
      if (answer.status < 200 || answer.status >= 300) throw refusalError(operation, answer);
      return answer;
    });
  }

  /** One line in the log for each call, with its repeats and its wait for a place: how it came out, and in how long. */
  private async observed<T>(operation: Operation, work: () => Promise<T>): Promise<T> {
    const start = performance.now();
    const about = (outcome: string) => ({
      event: 'external_call',
      operation,
      outcome,
      duration: Math.round(performance.now() - start),
    });
    try {
      const result = await work();
      this.availability.answered();
      this.logger.log(about('success'), 'external call answered');
      return result;
    } catch (error) {
      this.availability.failed(error);
      const outcome = error instanceof ProblemError ? error.code : 'internal_error';
      const failure = failureOf(error);
      this.logger.warn({ ...about(outcome), ...(failure && { failure }) }, 'external call failed');
      throw error;
    }
  }
}

function failureOf(error: unknown): UpstreamFailure | undefined {
  return error instanceof ProblemError ? (error.cause as UpstreamFailure | undefined) : undefined;
}

/** Named only where it is an ordinary one: what a server sends may be anything. */
const knownMediaType = ({ mediaType }: UpstreamAnswer) =>
  ['text/html', 'text/plain', 'application/json', 'application/xml', 'text/xml'].includes(mediaType)
    ? mediaType
    : 'other media type';
