const { nodeApp } = require('../../tools/webpack/node-app.cjs');

module.exports = nodeApp({
  name: 'api',
  root: __dirname,
  entry: 'main.ts',
  assets: ['libs/users/passwords/password-hash.worker.mts'],
});
