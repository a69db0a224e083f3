/**
 * How swc reads our TypeScript, alike in tests and in built artefacts: decorators as NestJS and TypeORM need them.
 *
 * @type {import('@swc/core').Options}
 */
exports.compilerOptions = {
  swcrc: false,
  jsc: {
    target: 'es2023',
    parser: { syntax: 'typescript', decorators: true },
    transform: { legacyDecorator: true, decoratorMetadata: true, useDefineForClassFields: false },
  },
};
