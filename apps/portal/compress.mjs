import { cpSync, globSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync, gzipSync } from 'node:zlib';

/** Fonts and pictures are compressed already; index.html changes with each answer. */
const TEXT = '**/*.{js,css,svg}';

/**
 * Copies a built portal and lays a `.br` and a `.gz` beside each file that gains by it, so that no server spends time
 * on it, and no answer with a secret in it is ever compressed (BREACH).
 */
const [from, to] = process.argv.slice(2);
rmSync(to, { recursive: true, force: true });
cpSync(from, to, { recursive: true });
for (const name of globSync(TEXT, { cwd: to })) {
  const file = join(to, name);
  const content = readFileSync(file);
  writeFileSync(`${file}.br`, brotliCompressSync(content));
  writeFileSync(`${file}.gz`, gzipSync(content, { level: 9 }));
}
