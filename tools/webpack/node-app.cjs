const { chmodSync, copyFileSync, readFileSync } = require('node:fs');
const { basename, join, resolve } = require('node:path');
const { parseConfigFileTextToJson } = require('typescript');
const webpack = require('webpack');

const WORKSPACE = resolve(__dirname, '../..');

/** A stack names the TypeScript that was written; the maps of other people's packages are not read. */
const SOURCE_MAPS = "require('node:module').setSourceMapsSupport(true, { nodeModules: false });";

/** A diagnostic report (`--report-on-fatalerror`) would hold the environment, and with it every key. */
const NO_SECRETS_IN_REPORTS = 'process.report.excludeEnv = true;';

/**
 * The webpack configuration of a program that runs on Node: one `dist/apps/<name>/main.js` with our own code,
 * packages left in node_modules. It is compiled only; the `typecheck` target checks types.
 *
 * @param {object} app
 * @param {string} app.name folder under `dist/apps`
 * @param {string} app.root absolute folder of the app
 * @param {string} app.entry relative to `root`
 * @param {string[]} [app.assets] files, relative to the workspace, that are put beside main.js as they are
 * @param {Record<string, string>} [app.substitutes] files, relative to the workspace, that stand in for packages in this program
 * @param {boolean} [app.executable] main.js can be called by its name
 * @returns {import('webpack').Configuration}
 */
exports.nodeApp = ({ name, root, entry, assets = [], substitutes = {}, executable = false }) => {
  const output = join(WORKSPACE, 'dist/apps', name);
  return {
    mode: 'none',
    target: 'node24',
    context: WORKSPACE,
    entry: { main: resolve(root, entry) },
    output: { path: output, filename: '[name].js', library: { type: 'commonjs2' }, clean: true },
    devtool: 'source-map',
    externals: [packages(substitutes)],
    externalsPresets: { node: true },
    // TypeScript wants an import on demand to name the file as it will be.
    resolve: {
      extensions: ['.ts', '.js'],
      extensionAlias: { '.js': ['.ts', '.js'] },
      alias: { ...aliases(), ...filesFor(substitutes) },
    },
    // One file, and yet what is imported on demand runs on demand.
    module: {
      parser: { javascript: { dynamicImportMode: 'eager' } },
      rules: [{ test: /\.ts$/, loader: require.resolve('./swc-loader.cjs') }],
    },
    node: { __dirname: false, __filename: false }, // where main.js is, so that files beside it are found
    plugins: [
      new webpack.BannerPlugin({
        raw: true,
        banner: (executable ? '#!/usr/bin/env node\n' : '') + NO_SECRETS_IN_REPORTS + SOURCE_MAPS,
      }),
      afterEmit(() => {
        for (const file of assets) copyFileSync(join(WORKSPACE, file), join(output, basename(file)));
        if (executable) chmodSync(join(output, 'main.js'), 0o755);
      }),
    ],
    optimization: { emitOnErrors: false }, // half a program is none
    stats: 'errors-warnings',
  };
};

/** `@cutover/x` and relative paths are ours and bundled; every other name is a package and stays one. */
const packages =
  (/** @type {Record<string, string>} */ substitutes) =>
  ({ request }, decide) => {
    if (/^(\.|\/|@cutover\/|[A-Za-z]:\\)/.test(request) || request in substitutes) return decide();
    decide(null, `commonjs ${request}`);
  };

/** @param {Record<string, string>} substitutes */
const filesFor = (substitutes) =>
  Object.fromEntries(Object.entries(substitutes).map(([name, file]) => [`${name}$`, join(WORKSPACE, file)]));

/** The paths of tsconfig.base.json, matched whole: `@cutover/database` and `@cutover/database/testing` differ. */
function aliases() {
  const file = join(WORKSPACE, 'tsconfig.base.json');
  const { config } = parseConfigFileTextToJson(file, readFileSync(file, 'utf8'));
  return Object.fromEntries(
    Object.entries(config.compilerOptions.paths).map(([name, [path]]) => [`${name}$`, join(WORKSPACE, path)]),
  );
}

/** @param {() => void} work */
const afterEmit = (work) => ({
  apply: (compiler) => compiler.hooks.afterEmit.tap('node-app', work),
});
