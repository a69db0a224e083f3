import { ProblemError } from './problem-error';
import { isProblem, PROBLEMS } from './problem';
import { TokenInvalid, ValidationFailed } from './request-errors';

describe('problems', () => {
  it.each(Object.entries(PROBLEMS))(
    '%s has an error status and a title for people',
    (code, { status, title }) => {
      expect(code).toMatch(/^[a-z]+(_[a-z]+)*$/);
      expect(status).toBeGreaterThanOrEqual(400);
      expect(status).toBeLessThan(600);
      expect(title).toMatch(/^\p{Lu}.*[^.]$/u);
    },
  );

  it('are told from other bodies by their code', () => {
    expect(isProblem({ code: 'token_invalid' })).toBe(true);
    for (const other of [
      null,
      'token_invalid',
      {},
      { code: 'made_up' },
      { code: 'toString' },
      { code: 401 },
    ]) {
      expect(isProblem(other)).toBe(false);
    }
  });

  it('take their status from their code and keep their cause to themselves', () => {
    const error = new TokenInvalid({ cause: 'the signature does not match' });
    expect(error).toBeInstanceOf(ProblemError);
    expect(error).toMatchObject({
      name: 'TokenInvalid',
      code: 'token_invalid',
      status: 401,
      cause: 'the signature does not match',
    });
    expect(error.message + JSON.stringify(error)).not.toContain('signature');
  });

  it('say where a request is wrong, the first five places of it', () => {
    const issues = ['a', 'b', 'c', 'd', 'e', 'f'].map((name) => ({
      message: 'is missing',
      path: ['user', { key: name }],
    }));
    expect(ValidationFailed.fromIssues(issues).detail).toBe(
      'user.a: is missing; user.b: is missing; user.c: is missing; user.d: is missing; user.e: is missing',
    );
    expect(ValidationFailed.fromIssues([{ message: 'expects an object' }]).detail).toBe('expects an object');
  });
});
