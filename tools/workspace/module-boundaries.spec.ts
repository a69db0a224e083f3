import { execFileSync } from 'node:child_process';
import { join } from 'node:path';

const WORKSPACE = join(__dirname, '../..');

const FORBIDDEN = [
  ['libs/contracts', '@cutover/auth', 'contracts stand on nothing'],
  ['libs/users', '@cutover/sessions', 'arrows point downwards'],
  ['libs/external-auth', '@cutover/users', 'libs of one layer do not know each other'],
  ['apps/portal/src', '@cutover/auth', 'a browser has no server code'],
  ['apps/portal/src', '@nestjs/common', 'a browser has no server packages'],
  ['libs/rollout', '@angular/core', 'a server has no browser packages'],
  ['apps/auth-api', '@cutover/external-auth', 'the stand-in shares no code with what it tests'],
] as const;

const ALLOWED = [
  ['libs/rollout', '@cutover/sessions'],
  ['libs/auth', '@cutover/contracts'],
  ['apps/portal/src', '@cutover/contracts'],
  ['apps/api', '@nestjs/common'],
] as const;

/** Messages of the boundary rule for a file in `folder` that imports `imported`, in the order asked. */
function boundaryErrors(
  imports: readonly (readonly [folder: string, imported: string, ...unknown[]])[],
): string[][] {
  const sources = imports.map(([folder, imported]) => ({
    path: `${folder}/boundary-probe.ts`,
    source: `import * as probe from '${imported}';\nexport const used = probe;\n`,
  }));
  const output = execFileSync(process.execPath, [join(__dirname, 'lint-sources.mjs')], {
    cwd: WORKSPACE,
    input: JSON.stringify(sources),
    env: { ...process.env, NODE_OPTIONS: '' },
    encoding: 'utf8',
  });
  const results = JSON.parse(output) as { ruleId: string; message: string }[][];
  return results.map((messages) =>
    messages.filter(({ ruleId }) => ruleId === '@nx/enforce-module-boundaries').map(({ message }) => message),
  );
}

describe('module boundaries', () => {
  const errors = boundaryErrors([...FORBIDDEN, ...ALLOWED]);

  it.each(FORBIDDEN.map((row, index) => [...row, index] as const))(
    'in %s an import of %s fails lint: %s',
    (_folder, _imported, _why, index) => {
      expect(errors[index]).toHaveLength(1);
    },
  );

  it.each(ALLOWED.map((row, index) => [...row, index] as const))(
    'in %s an import of %s is fine',
    (_folder, _imported, index) => {
      expect(errors[FORBIDDEN.length + index]).toEqual([]);
    },
  );
});
