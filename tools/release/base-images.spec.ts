import { inCompose, inDockerfile } from './base-images.mjs';

const DIGEST = `sha256:${'0123456789abcdef'.repeat(4)}`;

describe('a Dockerfile', () => {
  it.each([
    ['a digest', `FROM node:24@${DIGEST} AS build\nFROM build AS api\nCOPY --from=build /a /b`],
    ['a digest that has to be given', 'ARG NODE_DIGEST\nFROM node:24@${NODE_DIGEST}'],
    ['nothing', 'FROM scratch'],
  ])('may be built on %s', (_what, text) => {
    expect(inDockerfile(text)).toEqual([]);
  });

  it.each([
    ['a tag', 'FROM node:24.21.0-bookworm-slim AS build'],
    ['no tag at all', 'FROM --platform=linux/amd64 node'],
    ['a tag in a variable', 'ARG NODE_IMAGE\nFROM ${NODE_IMAGE}'],
    ['a digest with a default', 'ARG NODE_DIGEST=latest\nFROM node@${NODE_DIGEST}'],
    ['a digest that nobody declares', 'FROM node@${NODE_DIGEST}'],
    ['a digest cut short', `FROM node@${DIGEST.slice(0, -1)}`],
    ['a tag after a stage of the name', `FROM a@${DIGEST} AS build\nFROM build:1`],
    ['files of an image by tag', 'FROM scratch\nCOPY --from=nginx:1.28 /a /b'],
    ['a mount of an image by tag', 'FROM scratch\nRUN --mount=type=bind,from=busybox,target=/b \\\n  ls'],
    ['a front end by tag', '# syntax=docker/dockerfile:1\nFROM scratch'],
  ])('may not be built on %s', (_what, text) => {
    expect(inDockerfile(text)).toHaveLength(1);
  });
});

describe('a compose file', () => {
  const service = (image: string, build = '') =>
    inCompose(`services:\n  it:\n    image: "${image}"\n${build}`);

  it('takes images by digest, or builds them', () => {
    expect(service(`mysql:8.4.5@${DIGEST}`)).toEqual([]);
    expect(service('mysql:8.4.5@${MYSQL_DIGEST:?see the README}')).toEqual([]);
    expect(service('cutover-api:0.1.0', '    build: { context: .. }')).toEqual([]);
  });

  it.each([
    'mysql:8.4.5',
    'mysql',
    'mysql@${MYSQL_DIGEST:-latest}',
    'mysql@${MYSQL_DIGEST}',
    '${MYSQL_IMAGE:?}',
  ])('does not take %s', (image) => {
    expect(service(image)).toEqual([`it: ${image} is not named by its digest`]);
  });
});
