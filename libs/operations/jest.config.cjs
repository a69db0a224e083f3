module.exports = {
  displayName: 'operations',
  preset: '../../jest.preset.js',
  globalSetup: '../../tools/testing/jest-database-setup.mjs',
  globalTeardown: '../../tools/testing/jest-database-teardown.mjs',
};
