import { effect, type Signal, signal } from '@angular/core';

/** Milliseconds after which a person starts to wonder. */
const PATIENCE = 4_000;

/** True once `waiting` has lasted long enough that the page should say what it waits for. */
export function longWait(waiting: Signal<boolean>): Signal<boolean> {
  const long = signal(false);
  effect((onCleanup) => {
    if (!waiting()) return;
    const timer = setTimeout(() => long.set(true), PATIENCE);
    onCleanup(() => {
      clearTimeout(timer);
      long.set(false);
    });
  });
  return long.asReadonly();
}
