import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import type { Readable } from 'node:stream';
import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { SettingsService } from '@cutover/config';
import { Metrics } from '@cutover/operations';
import axios, { type AxiosResponse } from 'axios';
import { ExternalMisconfigured, ExternalUnavailable } from '../errors';
import { requiredSettings } from '../required-settings';
import type { Operation } from '../upstream-failure';
import { CertificateExpiry } from './certificate-expiry';
import { connectionFailure } from './connection-failure';
import { BodyUnreadable, readBody } from './read-body';
import { retryAfterSeconds } from './retry-after';
import { WatchedRequest } from './watched-request';

export interface UpstreamRequest {
  operation: Operation;
  method: 'GET' | 'POST';
  url: string;
  /** Sent as JSON, or as a form where `encoding` says so. */
  body?: Record<string, string>;
  /** RFC 6749 wants a form, our own contract JSON (the default). */
  encoding?: 'json' | 'form';
  bearer?: string;
  /** Ends the call early, as its time limit does. */
  signal?: AbortSignal;
}

export interface UpstreamAnswer {
  status: number;
  /** In lower case, without parameters. */
  mediaType: string;
  text: string;
  /** Seconds. */
  retryAfter?: number;
}

/** Bytes, decompressed. Token answers with many group claims stay far below. */
const LARGEST_BODY = 1024 * 1024;

/** Borne by every answer of `apps/auth-api`. */
const STAND_IN_HEADER = 'x-cutover-stand-in';

/** The one way out: each call to the provider goes through this axios instance. */
@Injectable()
export class ProviderHttp implements OnApplicationShutdown {
  private readonly httpAgent = new HttpAgent({ keepAlive: true });
  // Said, since NODE_TLS_REJECT_UNAUTHORIZED decides where it is not.
  private readonly httpsAgent = new HttpsAgent({ keepAlive: true, rejectUnauthorized: true });
  private readonly certificates = new CertificateExpiry();
  private readonly axios = axios.create({
    httpAgent: this.httpAgent,
    httpsAgent: this.httpsAgent,
    proxy: false, // passwords go where the settings say, whatever HTTP_PROXY says
    maxRedirects: 0,
    validateStatus: () => true,
    responseType: 'stream',
    headers: { Accept: 'application/json', 'User-Agent': 'cutover' },
  });

  constructor(
    private readonly settings: SettingsService,
    private readonly metrics: Metrics,
  ) {
    metrics.certificateExpiry.readFrom(() => this.certificates.earliest());
    metrics.clientSecretExpiry.readFrom(() => {
      const expires = settings.get('externalAuth', { infer: true })?.clientSecretExpires ?? null;
      return expires && expires / 1000;
    });
  }

  /**
   * @throws ExternalUnavailable when no answer came in time
   * @throws ExternalMisconfigured when it was a redirect, was too large or truncated, or came from somebody else
   */
  async send(request: UpstreamRequest): Promise<UpstreamAnswer> {
    const { operation } = request;
    const measure = this.metrics.externalRequestDuration.startTimer({ operation });
    const count = (outcome: string) => {
      measure({ outcome });
      this.metrics.externalRequests.inc({ operation, outcome });
    };
    try {
      const answer = await this.exchange(request);
      count(answer.status < 600 ? `${Math.floor(answer.status / 100)}xx` : 'not_understood');
      return answer;
    } catch (error) {
      count(error instanceof ExternalUnavailable ? 'unavailable' : 'not_understood');
      throw error;
    }
  }

  private async exchange(request: UpstreamRequest): Promise<UpstreamAnswer> {
    const { operation, signal } = request;
    const limit = AbortSignal.timeout(requiredSettings(this.settings, operation).timeout);
    const deadline = signal ? AbortSignal.any([limit, signal]) : limit;
    const response = await this.request(request, deadline);
    try {
      this.refuseStandIn(operation, response);
      if (response.status >= 300 && response.status < 400) {
        const httpStatus = response.status;
        throw new ExternalMisconfigured({ operation, reason: 'redirect', httpStatus, answered: true });
      }
      return {
        status: response.status,
        mediaType: mediaTypeOf(response),
        text: await readBody(response.data, LARGEST_BODY, deadline),
        retryAfter: retryAfterSeconds(response.headers['retry-after']),
      };
    } catch (error) {
      response.data.destroy();
      throw error instanceof BodyUnreadable ? bodyFailure(operation, error, response.status) : error;
    }
  }

  onApplicationShutdown(): void {
    this.httpAgent.destroy();
    this.httpsAgent.destroy();
  }

  private async request(
    { operation, method, url, body, encoding, bearer }: UpstreamRequest,
    deadline: AbortSignal,
  ): Promise<AxiosResponse<Readable>> {
    const watched = new WatchedRequest((socket, host) => {
      this.certificates.note(socket, host);
    });
    try {
      return await this.axios.request<Readable>({
        method,
        url,
        data: encoding === 'form' ? new URLSearchParams(body) : body,
        headers: bearer === undefined ? {} : { Authorization: `Bearer ${bearer}` },
        signal: deadline,
        transport: watched,
      });
    } catch (error) {
      const { sent } = watched;
      if (deadline.aborted) throw new ExternalUnavailable({ operation, reason: 'timeout', sent });
      throw connectionFailure(operation, error, sent);
    }
  }

  private refuseStandIn(operation: Operation, response: AxiosResponse): void {
    if (this.settings.get('nodeEnv', { infer: true }) !== 'production') return;
    if (response.headers[STAND_IN_HEADER] !== undefined) {
      throw new ExternalMisconfigured({ operation, reason: 'answered by the development stand-in' });
    }
  }
}

const mediaTypeOf = ({ headers }: AxiosResponse) =>
  String(headers['content-type'] ?? '')
    .split(';', 1)[0]
    ?.trim()
    .toLowerCase() ?? '';

/**
 * A body that ends early is a fault of configuration by contract (design section 5). A 5xx stays an outage however
 * little of its body came.
 */
function bodyFailure(operation: Operation, { reason }: BodyUnreadable, httpStatus: number) {
  return reason === 'timed out' || httpStatus >= 500
    ? new ExternalUnavailable({
        operation,
        reason: reason === 'timed out' ? 'timeout' : `http ${httpStatus}`,
        httpStatus,
      })
    : new ExternalMisconfigured({ operation, reason: `body ${reason}`, httpStatus });
}
