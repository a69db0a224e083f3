import { type FileHandle, open, rename, rm } from 'node:fs/promises';
import { FileRefused } from '../export/file-refused';
import type { PlanHeader, PlanLine } from './plan-file';

/** Characters that are written at once. */
const BUFFER = 256 * 1024;

/** Writes a plan beside its place and puts it there when it is whole; with no path it writes nothing. */
export class PlanWriter {
  private buffered = '';

  private constructor(
    private readonly path: string | null,
    private readonly file: FileHandle | null,
  ) {}

  /** @throws FileRefused */
  static async open(path: string | null): Promise<PlanWriter> {
    if (path === null) return new PlanWriter(null, null);
    try {
      // It names people: for its owner alone.
      return new PlanWriter(path, await open(unfinished(path), 'w', 0o600));
    } catch (error) {
      throw unwritable(path, error);
    }
  }

  async write(line: PlanHeader | PlanLine): Promise<void> {
    if (this.file === null) return;
    this.buffered += `${JSON.stringify(line)}\n`;
    if (this.buffered.length >= BUFFER) await this.flush();
  }

  /** @throws FileRefused */
  async finish(): Promise<void> {
    if (this.file === null || this.path === null) return;
    await this.flush();
    await this.file.sync();
    await this.file.close();
    await rename(unfinished(this.path), this.path).catch((error: unknown) => {
      throw unwritable(this.path ?? '', error);
    });
  }

  /** Leaves nothing behind. */
  async abandon(): Promise<void> {
    if (this.file === null || this.path === null) return;
    await this.file.close().catch(() => undefined); // it may be closed already
    await rm(unfinished(this.path), { force: true });
  }

  private async flush(): Promise<void> {
    const text = this.buffered;
    this.buffered = '';
    await this.file?.writeFile(text).catch((error: unknown) => {
      throw unwritable(this.path ?? '', error);
    });
  }
}

const unfinished = (path: string) => `${path}.unfinished`;

const unwritable = (file: string, error: unknown) =>
  new FileRefused({
    file,
    what: `cannot be written (${(error as NodeJS.ErrnoException).code ?? 'unknown'}).`,
    fix: 'Name a file in a folder that you may write to, on a disk with room.',
  });
