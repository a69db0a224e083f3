import type { Attributes } from '@opentelemetry/api';
import type { ReadableSpan, SpanExporter } from '@opentelemetry/sdk-trace';

/**
 * What a span may say. Instrumentations would also tell addresses with their query strings, user agents, messages of
 * errors (MySQL's quote values): what is not here is not sent, whatever a later version of theirs adds.
 */
const KNOWN = new Set([
  'http.request.method',
  'http.response.status_code',
  'http.route',
  'url.scheme',
  'url.template',
  'server.address',
  'server.port',
  'network.protocol.version',
  'error.type',
  'db.system',
  'db.system.name',
  'db.name',
  'db.namespace',
  'db.statement',
  'db.query.text',
]);

/** Characters; statements for sets of rows repeat themselves. */
const LONGEST = 500;

/** Hands on what of each span is known to be harmless. */
export class KnownParts implements SpanExporter {
  constructor(private readonly exporter: SpanExporter) {}

  export(...[spans, done]: Parameters<SpanExporter['export']>): void {
    this.exporter.export(spans.map(harmless), done);
  }

  shutdown(): Promise<void> {
    return this.exporter.shutdown();
  }

  forceFlush(): Promise<void> {
    return this.exporter.forceFlush?.() ?? Promise.resolve();
  }
}

/** No events: they are exceptions with their messages; no message in the status for the same reason. */
const harmless = (span: ReadableSpan): ReadableSpan => ({
  name: span.name,
  kind: span.kind,
  spanContext: () => span.spanContext(),
  parentSpanContext: span.parentSpanContext,
  startTime: span.startTime,
  endTime: span.endTime,
  status: { code: span.status.code },
  attributes: knownOf(span.attributes),
  links: [],
  events: [],
  duration: span.duration,
  ended: span.ended,
  resource: span.resource,
  instrumentationScope: span.instrumentationScope,
  droppedAttributesCount: span.droppedAttributesCount,
  droppedEventsCount: span.droppedEventsCount,
  droppedLinksCount: span.droppedLinksCount,
});

const knownOf = (attributes: Attributes): Attributes =>
  Object.fromEntries(
    Object.entries(attributes)
      .filter(([name]) => KNOWN.has(name))
      .map(([name, value]) => [name, typeof value === 'string' ? value.slice(0, LONGEST) : value]),
  );
