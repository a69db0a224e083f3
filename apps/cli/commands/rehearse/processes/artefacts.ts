import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { ProgramMissing } from '../errors';

/** The built programs that a rehearsal drives. */
export interface Artefacts {
  cli: string;
  api: string;
  standIn: string;
}

/** Those beside this program, which is `dist/apps/cli/main.js`. @throws ProgramMissing */
export function artefactsBeside(main: string): Artefacts {
  const at = (app: string) => resolve(main, '../..', app, 'main.js');
  const artefacts = { cli: main, api: at('api'), standIn: at('auth-api') };
  for (const [app, file] of [
    ['api', artefacts.api],
    ['auth-api', artefacts.standIn],
  ] as const) {
    if (!existsSync(file)) throw new ProgramMissing(app, file);
  }
  return artefacts;
}
