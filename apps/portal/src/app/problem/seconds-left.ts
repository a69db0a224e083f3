import { effect, type Signal, signal } from '@angular/core';

import type { ShownProblem } from './read-problem';

/** Whole seconds left of a problem's `retryAfter`, counted on the wall clock from when it was first shown; 0 when over. */
export function secondsLeft(problem: () => ShownProblem | null): Signal<number> {
  const left = signal(0);
  effect((onCleanup) => {
    const wait = problem()?.retryAfter ?? 0;
    left.set(wait);
    if (wait === 0) return;
    const until = Date.now() + wait * 1000;
    const timer = setInterval(() => {
      left.set(Math.max(0, Math.round((until - Date.now()) / 1000)));
      if (left() === 0) clearInterval(timer);
    }, 1000);
    onCleanup(() => clearInterval(timer));
  });
  return left.asReadonly();
}
