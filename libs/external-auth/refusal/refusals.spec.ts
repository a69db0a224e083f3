import type { UpstreamAnswer } from '../transport/provider-http';
import { externalAuthUnderTest, failureOf } from '../testing/external-auth-under-test';
import { startStandIn } from '../testing/stand-in-process';
import { classifyRefusal } from './classify-refusal';

/** Design section 6, number by number. */
const NUMBERS: [string, number[]][] = [
  ['invalid_credentials', [50126, 50056, 50034, 51004]],
  ['account_locked', [50053]],
  ['password_expired', [50055, 50144]],
  ['account_disabled', [50057]],
  ['mfa_required', [50072, 50074, 50076, 50078, 50079]],
  ['blocked_by_policy', [53000, 53003, 530035]],
  ['misconfigured', [65001, 50105, 700011, 70002, 7000222, 9001023]],
  ['grant_dead', [700082, 70008, 70043, 50173, 50133, 700084]],
  ['transient', [90006, 90012, 90024, 90033, 90090, 50033, 80001, 80002, 80014]],
  ['throttled', [90055, 50196]],
];
const EACH_NUMBER = NUMBERS.flatMap(([name, numbers]) => numbers.map((number) => [number, name] as const));

const json = (status: number, body: unknown): UpstreamAnswer => ({
  status,
  mediaType: 'application/json',
  text: JSON.stringify(body),
});

describe('an AADSTS number', () => {
  it.each(EACH_NUMBER)('%i means %s', (number, name) => {
    const description = `AADSTS${number}: Some words. Trace ID: 50126`;
    for (const body of [
      { error: 'invalid_grant', error_codes: [number] },
      { error: 'invalid_grant', error_codes: [String(number)] },
      { error: 'invalid_grant', error_description: description },
      { data: { error: 'invalid_grant', errorDescription: description } },
      { error: 'invalid_grant', errorCodes: [4242, number] },
      { error: { message: description } },
      { message: description },
    ]) {
      expect(classifyRefusal(json(401, body))).toMatchObject({ class: name, aadsts: number });
    }
  });

  it.each([
    [
      'is unknown beside invalid_grant',
      400,
      { error: 'invalid_grant', error_codes: [59999] },
      'invalid_credentials',
    ],
    [
      'is a refusal inside a 500',
      500,
      { error: 'server_error', error_codes: [50126] },
      'invalid_credentials',
    ],
    [
      'is a refusal beside temporarily_unavailable',
      503,
      { error: 'temporarily_unavailable', error_codes: [50057] },
      'account_disabled',
    ],
    ['contradicts a client fault', 401, { error: 'invalid_client', error_codes: [50126] }, 'misconfigured'],
    ['comes with a 429', 429, { error: 'invalid_grant', error_codes: [50126] }, 'throttled'],
  ])('that %s (%i)', (_case, status, body, name) => {
    expect(classifyRefusal(json(status, body)).class).toBe(name);
  });
});

describe('AADSTS50053', () => {
  it.each([
    ['The account is locked, you have tried to sign in too many times.', undefined],
    ['Sign-in was blocked because it came from an IP address with malicious activity.', true],
  ])('that says "%s" is about our address: %s', (text, addressBlocked) => {
    const body = { error: 'invalid_grant', error_codes: [50053], error_description: `AADSTS50053: ${text}` };
    const refusal = classifyRefusal(json(400, body));
    expect(refusal).toMatchObject({ class: 'account_locked' });
    expect(refusal.addressBlocked).toBe(addressBlocked);
  });
});

describe('without a number', () => {
  it.each([
    [400, { error: 'invalid_grant' }, 'invalid_credentials'],
    [401, { error: 'invalid_grant' }, 'invalid_credentials'],
    [400, { error: 'interaction_required' }, 'mfa_required'],
    [400, { error: 'consent_required' }, 'misconfigured'],
    [401, { error: 'invalid_client' }, 'misconfigured'],
    [400, { error: 'unauthorized_client' }, 'misconfigured'],
    [400, { error: 'invalid_request' }, 'misconfigured'],
    [400, { error: 'temporarily_unavailable' }, 'transient'],
    [400, { error: 'slow_down' }, 'throttled'],
    [401, { message: 'Wrong password' }, 'invalid_credentials'],
    [401, {}, 'invalid_credentials'],
    [400, { message: 'username must be an email' }, 'misconfigured'],
    [403, { message: 'Forbidden' }, 'misconfigured'],
    [404, {}, 'misconfigured'],
    [408, {}, 'transient'],
    [429, {}, 'throttled'],
    [500, { error: 'Internal Server Error' }, 'transient'],
    [503, {}, 'transient'],
  ])('%i %j means %s', (status, body, name) => {
    expect(classifyRefusal(json(status, body))).toMatchObject({ class: name, aadsts: undefined });
  });

  it.each([
    [401, 'misconfigured'],
    [403, 'misconfigured'],
    [502, 'transient'],
  ])('a page of HTML with %i means %s', (status, name) => {
    expect(classifyRefusal({ status, mediaType: 'text/html', text: '<h1>AADSTS50126</h1>' }).class).toBe(
      name,
    );
  });
});

describe('over HTTP, a sign-in', () => {
  it.each([
    [50126, 'invalid_credentials', 401],
    [50053, 'account_locked', 401],
    [50055, 'password_expired', 401],
    [50057, 'account_disabled', 401],
    [50076, 'mfa_required', 401],
    [53003, 'mfa_required', 401],
    [65001, 'external_misconfigured', 502],
    [70043, 'invalid_credentials', 401],
    [90033, 'external_unavailable', 503],
    [90055, 'rate_limited', 429],
    [59999, 'invalid_credentials', 401],
  ])('refused with AADSTS%i fails with %s', async (number, code, status) => {
    await standIn.control.setFaults({ refusals: { grace: number } });
    expect(await failureOf(auth.client.signIn('grace', 'any'))).toMatchObject({
      code,
      status,
      failure: { aadsts: number },
    });
  });

  it.each([
    ['disabled', 'account_disabled'],
    ['locked', 'account_locked'],
    ['expired', 'password_expired'],
    ['mfa', 'mfa_required'],
    ['nobody', 'invalid_credentials'],
  ])('of %s fails with %s', async (username, code) => {
    expect(await failureOf(auth.client.signIn(username, 'Refused-For-A-Reason-1'))).toMatchObject({ code });
  });

  it('tells people of conditional access from people without a second factor by its sentence', async () => {
    await standIn.control.setFaults({ refusals: { grace: 53000, ada: 50076 } });
    const [policy, factor] = await Promise.all(
      ['grace', 'ada'].map((name) => failureOf(auth.client.signIn(name, 'any'))),
    );
    expect(policy).toMatchObject({ detail: expect.stringContaining('managed device') });
    expect(factor).toMatchObject({ detail: expect.stringContaining('second factor') });
  });

  it.each([
    [500, null, 'external_unavailable', undefined],
    [503, 7, 'external_unavailable', 7],
    [429, 30, 'rate_limited', 30],
    [429, null, 'rate_limited', undefined],
    [404, null, 'external_misconfigured', undefined],
  ])('answered with %i, Retry-After %s, fails with %s', async (errorStatus, retryAfter, code, waits) => {
    await standIn.control.setFaults({ errorRate: 1, errorStatus, retryAfter, operations: ['login'] });
    const failure = await failureOf(auth.client.signIn('grace', 'any'));
    expect(failure).toMatchObject({ code });
    expect(failure).toHaveProperty('retryAfter', waits);
  });

  let standIn: Awaited<ReturnType<typeof startStandIn>>;
  let auth: Awaited<ReturnType<typeof externalAuthUnderTest>>;
  beforeAll(async () => {
    standIn = await startStandIn();
    auth = await externalAuthUnderTest(standIn.settings());
  });
  afterEach(() => standIn.control.reset());
  afterAll(async () => {
    await auth.close();
    await standIn.stop();
  });
});
