import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import { inWorkspace } from '../paths.mjs';

/** Where each project's tests leave their JSON report (nx.json); Nx restores them with what it had cached. */
export const REPORTS = inWorkspace('dist', 'reports');

/** @typedef {{ project: string, kind: 'unit and database' | 'browser', passed: number, failed: number }} Count */

export function clearReports() {
  rmSync(REPORTS, { recursive: true, force: true });
  mkdirSync(REPORTS, { recursive: true });
}

/** @returns {Count[]} one for each project that has run */
export function readReports() {
  if (!existsSync(REPORTS)) return [];
  return readdirSync(REPORTS)
    .filter((file) => file.endsWith('.json'))
    .sort()
    .map((file) => counted(basename(file, '.json'), JSON.parse(readFileSync(join(REPORTS, file), 'utf8'))));
}

/** @param {string} project @param {any} report of Jest (`--json`) or of Playwright's `json` reporter @returns {Count} */
function counted(project, report) {
  if ('numPassedTests' in report) {
    const { numPassedTests, numFailedTests, numRuntimeErrorTestSuites } = report;
    // A file that could not even be loaded has no tests that could fail.
    return {
      project,
      kind: 'unit and database',
      passed: numPassedTests,
      failed: numFailedTests + numRuntimeErrorTestSuites,
    };
  }
  const { expected, flaky, unexpected } = report.stats;
  return { project, kind: 'browser', passed: expected + flaky, failed: unexpected + report.errors.length };
}
