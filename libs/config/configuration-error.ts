export interface ConfigurationFault {
  /** The setting's name, as it is written in the environment. */
  name: string;
  /** What is wrong and what is expected. Never the value: it may be a secret. */
  problem: string;
}

/** Exit code for a configuration that cannot be run (sysexits.h, EX_CONFIG). */
export const EXIT_CONFIGURATION = 78;

/** Lists every fault of the configuration at once, by name. */
export class ConfigurationError extends Error {
  constructor(readonly faults: readonly ConfigurationFault[]) {
    const lines = faults.map(({ name, problem }) => `  ${name}: ${problem}`);
    super(
      `The configuration cannot be used:\n${lines.join('\n')}\nSee .env.example for what each setting means.`,
    );
    this.name = 'ConfigurationError';
  }
}
