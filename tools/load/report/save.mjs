import { mkdirSync, writeFileSync } from 'node:fs';
import { relative } from 'node:path';
import { inWorkspace } from '../../paths.mjs';

const FOLDER = inWorkspace('dist', 'load');

/** @param {{ json: object, md: string, html: string }} forms @returns {string[]} the files, from where we are */
export function save({ json, md, html }) {
  mkdirSync(FOLDER, { recursive: true });
  return Object.entries({
    'report.json': `${JSON.stringify(json, null, 2)}\n`,
    'report.md': `${md}\n`,
    'report.html': html,
  }).map(([name, text]) => {
    const file = `${FOLDER}/${name}`;
    writeFileSync(file, text);
    return relative(process.cwd(), file);
  });
}
