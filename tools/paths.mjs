import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The root of the clone, wherever the command was typed. */
export const WORKSPACE = dirname(dirname(fileURLToPath(import.meta.url)));

export const inWorkspace = (/** @type {string[]} */ ...parts) => join(WORKSPACE, ...parts);

export const BIN = inWorkspace('node_modules', '.bin');
