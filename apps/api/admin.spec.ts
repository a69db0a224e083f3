import { describeOnEachEngine } from '@cutover/database/testing';
import { TestApi } from './testing/test-api';
import type { Client } from './testing/client';

const OLGA = {
  username: 'olga',
  password: 'Keep-The-Keys-2026',
  fullName: 'Olga Operator',
  role: 'admin' as const,
};

describeOnEachEngine('administration', (engine) => {
  let api: TestApi;
  let olga: Client;
  let olgaId: number;

  beforeAll(async () => {
    api = await TestApi.start(await engine.createDatabase());
    olgaId = await api.addPerson(OLGA);
    for (const username of ['ada', 'grace', 'lena', 'josé'])
      await api.addPerson({ username, password: null });
    olga = api.client();
    await olga.signIn(OLGA.username, OLGA.password);
  });
  afterAll(() => api.stop());

  const change = (body: unknown, version: unknown) =>
    olga.call('PUT', '/api/admin/rollout', { body, headers: { 'if-match': `"${version}"` } });

  describe('of the rollout', () => {
    it('starts with everybody local', async () => {
      const answer = await olga.call('GET', '/api/admin/rollout');
      expect(answer.body).toMatchObject({ stage: 'off', percent: 0, testUsers: [], version: 0, hold: null });
      expect(answer.headers.get('etag')).toBe('"0"');
    });

    it('records who decided what, when and why', async () => {
      const answer = await change(
        { stage: 'test-users', testUsers: ['GRACE', 'josé'], reason: 'volunteers' },
        0,
      );
      expect(answer.body).toMatchObject({
        stage: 'test-users',
        testUsers: ['grace', 'josé'],
        version: 1,
        changedBy: 'olga',
        reason: 'volunteers',
      });
      expect(answer.headers.get('etag')).toBe('"1"');
      expect(Date.parse(String(answer.body['changedAt']))).toBeLessThanOrEqual(Date.now());
      expect((await olga.call('GET', '/api/admin/rollout')).body).toEqual(answer.body);
    });

    it('keeps the test users unless they are given', async () => {
      expect((await change({ stage: 'all', reason: 'everybody' }, 1)).body).toMatchObject({
        testUsers: ['grace', 'josé'],
        version: 2,
      });
    });

    it('lets one of two operators win and tells the other', async () => {
      const answers = await Promise.all([
        change({ stage: 'off', reason: 'one' }, 2),
        change({ stage: 'all', reason: 'other' }, 2),
      ]);
      expect(answers.map(({ status }) => status).sort()).toEqual([200, 412]);
      expect(answers.find(({ status }) => status === 412)?.code).toBe('version_conflict');
    });

    it('tells josé from jose', async () => {
      expect(await change({ stage: 'test-users', testUsers: ['jose'], reason: 'x' }, 3)).toMatchObject({
        code: 'validation_failed',
        body: { detail: expect.stringContaining('jose') },
      });
    });
  });

  describe('of people', () => {
    it('pages through everybody once', async () => {
      const seen: unknown[] = [];
      let cursor: unknown = '';
      do {
        const { body } = await olga.call(
          'GET',
          `/api/admin/users?limit=2${cursor ? `&cursor=${String(cursor)}` : ''}`,
        );
        seen.push(...(body['items'] as { username: string }[]).map(({ username }) => username));
        cursor = body['nextCursor'];
      } while (cursor !== null);
      expect(seen).toEqual(['olga', 'ada', 'grace', 'lena', 'josé']);
    });

    it('describes a person by the contract', async () => {
      const { body } = await olga.call('GET', '/api/admin/users?limit=1');
      expect((body['items'] as unknown[])[0]).toEqual({
        id: olgaId,
        username: 'olga',
        email: 'olga@contoso.example',
        name: 'Olga Operator',
        role: 'admin',
        active: true,
        authMode: 'local',
        pin: null,
        externalUserId: null,
        azureEmail: null,
        lastSignInAt: expect.stringMatching(/^20\d\d-.*Z$/),
        readiness: 'unknown',
      });
    });

    it('locks nobody out by accident', async () => {
      const { body } = await olga.call('GET', '/api/admin/users?limit=2');
      const ada = (body['items'] as { id: number }[])[1]?.id;
      expect(
        await olga.call('PATCH', `/api/admin/users/${olgaId}`, { body: { active: false } }),
      ).toMatchObject({ status: 400, code: 'validation_failed' });
      expect(await olga.call('PATCH', `/api/admin/users/${ada}`, { body: { pin: 'local' } })).toMatchObject({
        status: 400,
        code: 'validation_failed',
      });
    });
  });
});
