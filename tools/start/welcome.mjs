import { SAMPLE_PEOPLE } from '../stack/sample-people.mjs';

/**
 * Where to click, and with whom.
 *
 * @param {{ apiUrl: string, standInUrl: string | null, logs: string, external: boolean }} what
 */
export function welcome({ apiUrl, standInUrl, logs, external }) {
  const rows = SAMPLE_PEOPLE.map(({ username, fullName, role, localPassword, externalPassword }) => [
    username,
    localPassword ?? externalPassword ?? '',
    fullName + (role ? `, ${role}` : ''),
    localPassword ? 'this database' : external ? 'the external API' : 'nobody: USE_EXTERNAL_AUTH is false',
  ]);
  const headings = ['Sign in as', 'Password', 'Name', 'Password checked by'];
  const table = [headings, ...rows];
  const widths = headings.map((_, column) => Math.max(...table.map((row) => row[column]?.length ?? 0)));
  const lines = [
    `Cutover is running:  ${apiUrl}`,
    '',
    ...table.map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('   ')
        .trimEnd(),
    ),
    '',
    `Health       ${apiUrl}/health`,
    `API          ${apiUrl}/api/docs`,
    ...(standInUrl ? [`Stand-in     ${standInUrl}  (plays the external API)`] : []),
    `Logs         ${logs}`,
    '',
    'Ctrl-C stops everything.',
  ];
  const width = Math.max(...lines.map((line) => line.length));
  const rule = '─'.repeat(width + 4);
  return ['', `╭${rule}╮`, ...lines.map((line) => `│  ${line.padEnd(width)}  │`), `╰${rule}╯`, ''].join('\n');
}
