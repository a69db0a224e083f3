import { createHash } from 'node:crypto';
import { type FileHandle, open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { BackupFileRefused } from '../errors';

/** A file for its owner alone, written beside its place and put there when it is whole and checked. */
export class PrivateFile {
  private readonly hash = createHash('sha256');

  private constructor(
    private readonly path: string,
    private readonly handle: FileHandle,
  ) {}

  /** @throws BackupFileRefused where it cannot be written */
  static async create(path: string): Promise<PrivateFile> {
    try {
      await rm(unfinished(path), { force: true }); // of a call that was killed
      return new PrivateFile(path, await open(unfinished(path), 'wx', 0o600));
    } catch (error) {
      throw unwritable(path, error);
    }
  }

  get unfinished(): string {
    return unfinished(this.path);
  }

  /** Writes all of it to the disk. @returns its SHA-256 in hexadecimal */
  async write(chunks: AsyncIterable<Buffer>): Promise<string> {
    for await (const chunk of chunks) {
      this.hash.update(chunk);
      await this.handle.appendFile(chunk).catch((error: unknown) => {
        throw unwritable(this.path, error);
      });
    }
    await this.handle.sync();
    await this.handle.close();
    return this.hash.digest('hex');
  }

  /** Puts it in its place, and in that of what stood there. */
  async publish(): Promise<void> {
    await rename(this.unfinished, this.path).catch((error: unknown) => {
      throw unwritable(this.path, error);
    });
    const folder = await open(dirname(this.path), 'r');
    await folder.sync().finally(() => folder.close());
  }

  /** Leaves nothing behind. */
  async abandon(): Promise<void> {
    await this.handle.close().catch(() => undefined); // it may be closed already
    await rm(this.unfinished, { force: true });
  }
}

const unfinished = (path: string) => `${path}.unfinished`;

const unwritable = (path: string, error: unknown) =>
  new BackupFileRefused(
    path,
    `cannot be written (${(error as NodeJS.ErrnoException).code ?? 'unknown'}).`,
    'Name a file in a folder that you may write to, on a disk with room.',
  );
