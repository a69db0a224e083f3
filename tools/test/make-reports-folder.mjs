import { mkdirSync } from 'node:fs';
import { REPORTS } from './reports.mjs';

mkdirSync(REPORTS, { recursive: true }); // Jest writes into a folder, but makes none
