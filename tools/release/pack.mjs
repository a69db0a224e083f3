import { basename, dirname } from 'node:path';
import { Stopped } from '../console/stopped.mjs';
import { run } from '../process/run.mjs';

/**
 * Packs a folder so that the same content is the same archive, byte for byte: in order of names, with one time, and with
 * the owner and the rights of nobody's machine.
 *
 * @param {string} folder
 * @param {string} archive path to write
 * @param {number} time of every file, in seconds
 * @throws {Stopped} with what tar printed
 */
export async function pack(folder, archive, time) {
  const same = [
    '--sort=name',
    '--format=gnu',
    `--mtime=@${time}`,
    '--owner=0',
    '--group=0',
    '--numeric-owner',
  ];
  const plain = ['--mode=u+rwX,go+rX,go-w', '--hard-dereference', '--use-compress-program=gzip -n'];
  const { code, output } = await run('tar', [
    ...same,
    ...plain,
    ...['-cf', archive, '-C', dirname(folder), basename(folder)],
  ]);
  if (code !== 0) throw new Stopped(`tar ended with exit code ${code}, see above.`, output);
}
