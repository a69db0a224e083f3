/* global document, localStorage */
/**
 * Runs before the first paint, so that a theme chosen by hand never flashes in the other one. A file of its own
 * because our Content-Security-Policy allows no inline script. The key is the one of src/app/theme/theme.ts.
 */
try {
  const theme = localStorage.getItem('cutover.theme');
  if (theme === 'light' || theme === 'dark') document.documentElement.dataset.theme = theme;
} catch {
  // Storage is switched off: the system's wish holds.
}
