import { writeFileSync } from 'node:fs';
import { explain } from './console/stopped.mjs';
import { build, isBuilt } from './setup/build.mjs';
import { prepare } from './setup/prepare.mjs';
import { COMMITTED, generatedDocument } from './test/openapi.mjs';

// `npm run openapi`: writes the document of the API as it stands, to be committed.
try {
  await prepare();
  if (!isBuilt()) await build();
  writeFileSync(COMMITTED, await generatedDocument());
} catch (error) {
  explain(error);
  process.exitCode = 1;
}
