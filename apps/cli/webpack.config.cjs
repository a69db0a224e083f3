const { nodeApp } = require('../../tools/webpack/node-app.cjs');

module.exports = nodeApp({
  name: 'cli',
  root: __dirname,
  entry: 'main.ts',
  assets: ['libs/users/passwords/password-hash.worker.mts'],
  // The libs' routes describe themselves for OpenAPI; a command has none, and starts sooner without (swagger's own shim).
  substitutes: { '@nestjs/swagger': 'node_modules/@nestjs/swagger/dist/extra/swagger-shim.js' },
  executable: true,
});
