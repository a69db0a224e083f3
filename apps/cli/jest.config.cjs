module.exports = {
  displayName: 'cli',
  preset: '../../jest.preset.js',
  globalSetup: '../../tools/testing/jest-database-setup.mjs',
  globalTeardown: '../../tools/testing/jest-database-teardown.mjs',
  // Its tests wait for processes most of the time.
  maxWorkers: 2,
  // One test starts up to a dozen processes of a second each, on machines that are busy too.
  testTimeout: 120_000,
};
