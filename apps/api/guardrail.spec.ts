import { describeOnEachEngine } from '@cutover/database/testing';
import { startStandIn, type StandInProcess } from '@cutover/external-auth/testing';
import { GuardrailVerdicts, RolloutService } from '@cutover/rollout';
import { eventually } from './testing/eventually';
import { TestApi } from './testing/test-api';

const PEOPLE = ['ada', 'emmy', 'grace'].map((username) => ({
  username,
  password: `The-Same-Over-There-${username}`,
}));

describeOnEachEngine('a provider that starts failing', (engine) => {
  let standIn: StandInProcess;
  let api: TestApi;

  beforeAll(async () => {
    standIn = await startStandIn();
    api = await TestApi.start(await engine.createDatabase(), {
      ...standIn.settings(),
      GUARDRAIL_INTERVAL: '1',
      GUARDRAIL_MIN_USERS: '3',
      GUARDRAIL_FAILURES: '2',
    });
    await standIn.control.putPeople(...PEOPLE.map((person) => ({ ...person, name: person.username })));
    for (const person of PEOPLE) await api.addPerson(person);
  });
  afterAll(async () => {
    await api.stop();
    await standIn.stop();
  });

  const signIns = () =>
    Promise.all(
      PEOPLE.map(async ({ username, password }) => {
        const { code, body } = await api.client().signIn(username, password);
        return code ?? body['authMode'];
      }),
    );

  it('is left by itself: everybody is back on the side that works, with a hold', async () => {
    const rollout = api.get(RolloutService);
    for (const stage of ['test-users', 'all'] as const) {
      const { version } = await rollout.current();
      const change = { stage, testUsers: ['ada'], reason: 'a test' };
      await rollout.change(change, version, { userId: null, name: 'a test' });
    }
    expect(await signIns()).toEqual(['external', 'external', 'external']);
    const verdicts = () => api.get(GuardrailVerdicts).since(0, 10);
    await eventually(verdicts, (all) => all.some(({ verdict }) => verdict === 'healthy'), 10_000);
    expect(await rollout.current()).toMatchObject({ stage: 'all', hold: null });

    await standIn.control.setFaults({ outage: true });
    expect(await signIns()).toEqual(PEOPLE.map(() => 'external_unavailable'));
    const after = await eventually(
      () => rollout.current(),
      ({ stage }) => stage !== 'all',
      10_000,
    );
    expect(after).toMatchObject({
      stage: 'test-users',
      changedBy: 'cutover',
      hold: { reason: expect.stringMatching(/^guardrail went back: faults: 3 of 3 people/) },
    });
    expect(await signIns()).toEqual(['external_unavailable', 'local', 'local']);
    const { text } = await api.client().call('GET', '/metrics');
    expect(text).toMatch(/^cutover_guardrail_verdicts_total\{verdict="failing"\} [2-9]$/m);
  });
});
