import { writeFileSync } from 'node:fs';
import { explain } from './console/stopped.mjs';
import { API_REFERENCE, apiReference } from './documents/api-reference.mjs';
import { build, isBuilt } from './setup/build.mjs';
import { prepare } from './setup/prepare.mjs';
import { COMMITTED, generatedDocument } from './test/openapi.mjs';

// `npm run openapi`: writes the document of the API as it stands and the reference made from it, to be committed.
try {
  await prepare();
  if (!isBuilt()) await build();
  const document = await generatedDocument();
  writeFileSync(COMMITTED, document);
  writeFileSync(API_REFERENCE, apiReference(JSON.parse(document)));
} catch (error) {
  explain(error);
  process.exitCode = 1;
}
