import { AsyncLocalStorage } from 'node:async_hooks';

/** The request that is being answered: what its log lines and its audit entries have in common. */
export interface RequestContext {
  requestId: string;
  /** `null` where the transport names none. */
  address: string | null;
}

const requests = new AsyncLocalStorage<RequestContext>();

/** Runs the handling of one request; whatever it calls finds the context by {@link currentRequest}. */
export const inRequest = <T>(context: RequestContext, work: () => T): T => requests.run(context, work);

/** `null` outside of a request: in a job, on the command line. */
export const currentRequest = (): RequestContext | null => requests.getStore() ?? null;
