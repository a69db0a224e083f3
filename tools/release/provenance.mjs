/**
 * An in-toto statement with SLSA provenance: what was made, from what, by what. It names no place or person of the machine
 * and no time, so that who makes the release again gets the same statement.
 *
 * @param {object} made
 * @param {Record<string, string>} made.files name and SHA-256 of each
 * @param {{ commit: string | null, clean: boolean }} made.source
 * @param {string} made.lockfile SHA-256 of package-lock.json
 * @param {{ version: string, sha256: string }} made.node that built it and is packed
 * @param {string} made.npm version
 * @param {string} made.version of the release
 * @see https://github.com/in-toto/attestation/blob/main/spec/v1/statement.md
 * @see https://slsa.dev/spec/v1.0/provenance
 */
export function provenance({ files, source, lockfile, node, npm, version }) {
  return {
    _type: 'https://in-toto.io/Statement/v1',
    subject: Object.entries(files).map(([name, sha256]) => ({ name, digest: { sha256 } })),
    predicateType: 'https://slsa.dev/provenance/v1',
    predicate: {
      buildDefinition: {
        buildType: 'urn:cutover:npm-run-release:1',
        externalParameters: {
          command: 'npm run release',
          version,
          platform: process.platform,
          arch: process.arch,
        },
        internalParameters: { cleanTree: source.clean },
        resolvedDependencies: [
          ...(source.commit ? [{ name: 'source', digest: { gitCommit: source.commit } }] : []),
          { name: 'package-lock.json', digest: { sha256: lockfile } },
          { name: 'node', uri: `pkg:generic/node@${node.version}`, digest: { sha256: node.sha256 } },
        ],
      },
      runDetails: { builder: { id: 'urn:cutover:release', version: { node: node.version, npm } } },
    },
  };
}
