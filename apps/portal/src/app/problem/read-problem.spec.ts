import { HttpErrorResponse, HttpHeaders } from '@angular/common/http';

import { problemAnswer } from '../../../testing/answers';
import { readProblem } from './read-problem';

describe('readProblem', () => {
  it('reads a problem document', () => {
    const error = new HttpErrorResponse({ status: 503, error: problemAnswer('service_busy', 503, 20) });
    expect(readProblem(error)).toEqual({ code: 'service_busy', requestId: 'request-1', retryAfter: 20 });
  });

  it('tells a failure of the network from one of this device', () => {
    const error = new HttpErrorResponse({ status: 0, error: new ProgressEvent('error') });
    expect(readProblem(error).code).toBe('unreachable');
    jest.spyOn(navigator, 'onLine', 'get').mockReturnValue(false);
    expect(readProblem(error).code).toBe('offline');
    jest.restoreAllMocks();
  });

  it.each([
    ['a page of a proxy', '<html><h1>502 Bad Gateway</h1>'],
    ['nothing', null],
    ['JSON of somebody else', { error: 'nope' }],
    ['a code that we do not know', { code: 'toString' }],
  ])('does not trip over %s', (_what, body) => {
    const headers = new HttpHeaders({ 'x-request-id': 'edge-7' });
    const error = new HttpErrorResponse({ status: 502, error: body, headers });
    expect(readProblem(error)).toEqual({ code: 'unreadable', requestId: 'edge-7', retryAfter: null });
  });

  it('does not trip over an answer that is no HTTP failure at all', () => {
    expect(readProblem(new TypeError('oops')).code).toBe('unreadable');
  });
});
