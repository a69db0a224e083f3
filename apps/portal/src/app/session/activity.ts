/** What only a person does. */
const SIGNS = ['pointerdown', 'pointermove', 'keydown', 'wheel', 'touchmove'] as const;

/**
 * Calls `seen` at each sign that a person is at this page: pointer, keyboard, or turning to its tab.
 *
 * @returns stops listening
 */
export function signsOfLife(seen: () => void): () => void {
  const shown = () => document.visibilityState === 'visible' && seen();
  const options = { capture: true, passive: true };
  for (const sign of SIGNS) addEventListener(sign, seen, options);
  document.addEventListener('visibilitychange', shown);
  return () => {
    for (const sign of SIGNS) removeEventListener(sign, seen, options);
    document.removeEventListener('visibilitychange', shown);
  };
}
