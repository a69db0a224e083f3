const { nodeApp } = require('../../tools/webpack/node-app.cjs');

module.exports = nodeApp({ name: 'auth-api', root: __dirname, entry: 'main.ts' });
