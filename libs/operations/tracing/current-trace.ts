/** What one step of a trace is found by (https://www.w3.org/TR/trace-context/ section 3.2). */
export interface TraceIds {
  traceId: string;
  spanId: string;
}

/** What whoever traces can tell and be told. Nobody does unless it is asked for: then each of these costs one empty call. */
export interface Tracer {
  current(): TraceIds | null;
  /** Names the span of the request that is being answered by its route: of all paths the only part that nobody makes up. */
  nameRequest(method: string, route: string): void;
}

const NOBODY: Tracer = { current: () => null, nameRequest: () => undefined };

let tracer = NOBODY;

export const traceBy = (one: Tracer | null): void => {
  tracer = one ?? NOBODY;
};

export const currentTrace = (): TraceIds | null => tracer.current();

export const nameTracedRequest = (method: string, route: string): void => tracer.nameRequest(method, route);

const TRACEPARENT = /^[0-9a-f]{2}-([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}(-|$)/;

/** The trace that a caller's request belongs to; `undefined` for none, and for a header that is not well-formed. */
export function traceIdOf(traceparent: string | string[] | undefined): string | undefined {
  const [header, traceId] = (typeof traceparent === 'string' && TRACEPARENT.exec(traceparent)) || [];
  const isValid = header !== undefined && !header.startsWith('ff') && !/^0+$/.test(traceId ?? '0');
  return isValid ? traceId : undefined;
}
