import type { ClientRequest, IncomingMessage, RequestOptions } from 'node:http';
import type { TracingSettings } from '@cutover/config';
import type { Attributes } from '@opentelemetry/api';
import { traceBy } from './current-trace';
import { KnownParts } from './known-parts';

/** Milliseconds that the end of the process waits for what is not sent yet. */
const GRACE = 2000;

/** Asked for all the time, by machines. */
const POLLED = /^\/(health|metrics)\b/;

/**
 * Traces requests, statements on MySQL and calls of the external API to an OTLP collector. To be called before anything
 * else of the program is loaded: what it watches is wrapped as it is loaded. Its packages are loaded here and nowhere
 * else, so that a process without `OTEL_EXPORTER_OTLP_ENDPOINT` never loads them.
 *
 * @returns what ends it: sends what is left, for two seconds at most
 */
export async function startTracing(settings: TracingSettings): Promise<() => Promise<void>> {
  const [api, core, contexts, resources, sdk, otlp, http, mysql2] = await Promise.all([
    import('@opentelemetry/api'),
    import('@opentelemetry/core'),
    import('@opentelemetry/context-async-hooks'),
    import('@opentelemetry/resources'),
    import('@opentelemetry/sdk-trace'),
    import('@opentelemetry/exporter-trace-otlp-http'),
    import('@opentelemetry/instrumentation-http'),
    import('@opentelemetry/instrumentation-mysql2'),
  ]);
  const { url, headers, serviceName } = settings;
  const exporter = new KnownParts(
    // Said, since NODE_TLS_REJECT_UNAUTHORIZED decides where it is not.
    new otlp.OTLPTraceExporter({
      url,
      headers,
      httpAgentOptions: { keepAlive: true, rejectUnauthorized: true },
    }),
  );
  const provider = new sdk.TracerProvider({
    resource: resources.resourceFromAttributes({ 'service.name': serviceName }),
    spanProcessors: [new sdk.BatchSpanProcessor({ exporter })],
    sampler: new sdk.ParentBasedSampler({
      root: {
        // What a job asks the database every few seconds is nobody's trace.
        shouldSample: (_context, _traceId, _name, _kind, attributes) => ({
          decision: isStatement(attributes)
            ? sdk.SamplingDecision.NOT_RECORD
            : sdk.SamplingDecision.RECORD_AND_SAMPLED,
        }),
        toString: () => 'requests and calls',
      },
    }),
  });
  api.context.setGlobalContextManager(new contexts.AsyncLocalStorageContextManager().enable());
  api.propagation.setGlobalPropagator(new core.W3CTraceContextPropagator());
  api.trace.setGlobalTracerProvider(provider);
  for (const instrumentation of [
    new http.HttpInstrumentation({
      ignoreIncomingRequestHook: ({ url: path = '' }) => POLLED.test(path),
      startOutgoingSpanHook: (request) => ({ 'url.template': pathOf(request) }),
      requestHook: (span, request) => {
        if (isOutgoing(request)) span.updateName(`${request.method} ${pathOf(request)}`);
      },
    }),
    new mysql2.MySQL2Instrumentation({ maskStatement: true }), // else values are put in the place of parameters
  ])
    instrumentation.setTracerProvider(provider);
  traceBy({
    current: () => {
      const context = api.trace.getActiveSpan()?.spanContext();
      return context ? { traceId: context.traceId, spanId: context.spanId } : null;
    },
    nameRequest: (method, route) => {
      api.trace.getActiveSpan()?.updateName(`${method} ${route}`).setAttribute('http.route', route);
    },
  });
  return async () => {
    const sent = provider.shutdown().catch(() => undefined); // a collector that is away costs spans and nothing else
    await Promise.race([sent, new Promise((resolve) => setTimeout(resolve, GRACE).unref())]);
  };
}

const isStatement = (attributes: Attributes) => 'db.system' in attributes || 'db.system.name' in attributes;

const isOutgoing = (request: ClientRequest | IncomingMessage): request is ClientRequest =>
  'getHeaderNames' in request;

/** As the settings name it, without a query. */
const pathOf = ({ path }: Pick<RequestOptions, 'path'>) => (path ?? '/').split('?', 1)[0] ?? '/';
