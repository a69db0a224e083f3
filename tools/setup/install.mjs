import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { inWorkspace, WORKSPACE } from '../paths.mjs';
import { npm } from './npm.mjs';

const STAMP = inWorkspace('node_modules', '.cutover-installed');

const lockHash = () =>
  createHash('sha256')
    .update(readFileSync(inWorkspace('package-lock.json')))
    .digest('hex');

/** Whether node_modules is what package-lock.json says. */
export const isInstalled = () => existsSync(STAMP) && readFileSync(STAMP, 'utf8') === lockHash();

/** Called at the end of every successful `npm ci` (postinstall), so that an installation by hand counts too. */
export const markInstalled = () => writeFileSync(STAMP, lockHash());

/** Installs the packages of package-lock.json; the postinstall script marks it done. */
export const install = () => npm(['ci', '--no-audit', '--no-fund'], WORKSPACE);
