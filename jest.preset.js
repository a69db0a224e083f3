const { join } = require('node:path');
const nxPreset = require('@nx/jest/preset').default;
const { compilerOptions } = require('./tools/compiler.cjs');

/**
 * Every Node project's tests: our TypeScript as CommonJS by swc; packages that are ESM only are loaded natively
 * through --experimental-vm-modules, see nx.json.
 */
module.exports = {
  ...nxPreset,
  cacheDirectory: join(__dirname, '.nx/jest'), // beside Nx's own, shared with no other clone
  testEnvironment: 'node',
  testMatch: ['**/*.spec.ts'],
  transform: {
    '^.+\\.[cm]?[jt]s$': [
      '@swc/jest',
      { ...compilerOptions, module: { type: 'commonjs' }, sourceMaps: 'inline' },
    ],
  },
  testTimeout: 30_000,
};
