const { transform } = require('@swc/core');
const { compilerOptions } = require('../compiler.cjs');

/**
 * Webpack loader: TypeScript to ECMAScript modules by swc, the compiler that the tests use, with its source map.
 *
 * @this {import('webpack').LoaderContext<unknown>}
 * @param {string} source
 */
module.exports = function swcLoader(source) {
  const done = this.async();
  transform(source, {
    ...compilerOptions,
    filename: this.resourcePath,
    sourceMaps: true,
    module: { type: 'es6' },
  }).then(
    ({ code, map }) => done(null, code, map),
    (error) => done(error),
  );
};
