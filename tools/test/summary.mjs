/** @import { Count } from './reports.mjs' */

/**
 * What ran, by kind and project; the last line is for programs: `<N> passed, <M> failed`. A failed stage without
 * tests of its own (lint, build) counts as one failure, so that a red run never ends in "0 failed".
 *
 * @param {Count[]} counts
 * @param {string | null} failedStage
 */
export function summary(counts, failedStage) {
  const lines = [''];
  for (const kind of new Set(counts.map((count) => count.kind))) {
    const ofKind = counts.filter((count) => count.kind === kind);
    lines.push(`  ${kind} tests: ${total(ofKind, 'passed')} passed, ${total(ofKind, 'failed')} failed`);
    for (const { project, passed, failed } of ofKind) {
      lines.push(
        `    ${project.padEnd(16)} ${String(passed).padStart(4)}${failed ? `   ${failed} failed` : ''}`,
      );
    }
  }
  const failedTests = total(counts, 'failed');
  const failed = failedTests === 0 && failedStage ? 1 : failedTests;
  lines.push('', `${total(counts, 'passed')} passed, ${failed} failed`);
  return lines.join('\n');
}

/** @param {Count[]} counts @param {'passed' | 'failed'} which */
const total = (counts, which) => counts.reduce((sum, count) => sum + count[which], 0);
