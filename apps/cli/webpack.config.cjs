const { nodeApp } = require('../../tools/webpack/node-app.cjs');

module.exports = nodeApp({
  name: 'cli',
  root: __dirname,
  entry: 'main.ts',
  assets: ['libs/users/passwords/password-hash.worker.mts'],
  executable: true,
});
