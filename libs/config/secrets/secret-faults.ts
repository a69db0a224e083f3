import type { ConfigurationFault } from '../configuration-error';
import type { Variables } from './secret-files';
import { SECRET_NAMES, SECRET_SETTINGS, type SecretName, type SecretPart } from './secret-settings';
import { estimatedBits, readingsOf } from './secret-strength';

/** What production refuses of secrets: those that can be guessed, and those that are used twice. */
export function secretFaults(variables: Variables): ConfigurationFault[] {
  const secrets = secretsIn(variables);
  return [...secrets.flatMap(weaknessOf), ...reuseIn(secrets)];
}

interface OneSecret extends SecretPart {
  name: SecretName;
}

function secretsIn(variables: Variables): OneSecret[] {
  return SECRET_NAMES.flatMap((name) =>
    SECRET_SETTINGS[name].partsOf(variables[name] ?? '').map((part) => ({ ...part, name })),
  ).filter(({ text }) => text !== '');
}

function weaknessOf({ name, label, text }: OneSecret): ConfigurationFault[] {
  const { floor } = SECRET_SETTINGS[name];
  const bits = estimatedBits(text);
  if (floor === null || bits >= floor) return [];
  const which = label === '' ? 'is a secret' : `holds a secret (${label})`;
  return [
    {
      name,
      problem: `${which} that can be guessed: worth ${bits} bits at most, and ${floor} are needed; make a random one`,
    },
  ];
}

/**
 * One key for one purpose (NIST SP 800-57 part 1 rev. 5, section 5.2), and none twice: compared by their bytes, whatever they
 * are written in.
 */
function reuseIn(secrets: OneSecret[]): ConfigurationFault[] {
  const owners = new Map<string, OneSecret>();
  return secrets.flatMap((secret) => {
    const readings = readingsAnywhere(secret.text);
    const owner = readings.map((reading) => owners.get(reading)).find((other) => other !== undefined);
    for (const reading of readings) if (!owners.has(reading)) owners.set(reading, secret);
    if (owner === undefined) return [];
    const problem =
      owner.name === secret.name
        ? `holds the same secret twice (${owner.label} and ${secret.label})`
        : `holds a secret that ${owner.name} holds too: one key is for one purpose`;
    return [{ name: secret.name, problem }];
  });
}

/** Its bytes under every encoding, also behind a `kid:` that was copied along, or a user's name (RFC 7617). */
function readingsAnywhere(text: string): string[] {
  const bare = (one: string) => one.replace(/^[\w.-]{1,32}:/, '');
  return [text, bare(text)]
    .flatMap((one) => readingsOf(Buffer.from(one)))
    .map((bytes) => bytes.toString('latin1'))
    .flatMap((one) => [one, bare(one)]);
}
