import { explain } from './console/stopped.mjs';
import { endAll } from './process/groups.mjs';
import { stopOnSignals } from './process/signals.mjs';
import { prepare } from './setup/prepare.mjs';

// `npm run release`: one archive that runs on a Linux machine with nothing but a database (docs/deployment.md).
const handOver = stopOnSignals(130);
try {
  await prepare(handOver);
  const { release } = await import('./release/release.mjs'); // needs the packages and the right Node
  const { archive, beside, signedBy } = await release();
  console.log(`\nRelease: ${archive}`);
  for (const path of beside) console.log(`         ${path}`);
  console.log(
    signedBy
      ? `Signed with the key ${signedBy} (SHA-256 of the public key).`
      : 'Not signed: RELEASE_SIGNING_KEY_PATH is not set (docs/release.md).',
  );
  await endAll();
  process.exit(0);
} catch (error) {
  explain(error);
  await endAll();
  process.exit(1);
}
