import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { RehearsalResult } from '../rehearsal-result';
import { htmlReport } from './html';
import { markdownReport } from './markdown';

/** Writes the report for its owner alone: it may name people. @returns the files */
export async function writeReport(result: RehearsalResult, folder: string): Promise<string[]> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const contents = {
    'report.md': markdownReport(result),
    'report.html': htmlReport(result),
    'result.json': `${JSON.stringify(result, null, 2)}\n`,
  };
  const files = Object.entries(contents).map(([name, text]) => [join(folder, name), text] as const);
  await Promise.all(files.map(([file, text]) => writeFile(file, text, { mode: 0o600 })));
  return files.map(([file]) => file);
}
