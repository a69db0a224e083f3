import { DestroyRef, inject, type Signal, signal } from '@angular/core';

/** Whether this device has a network, as far as the browser knows. */
export function online(): Signal<boolean> {
  const connected = signal(navigator.onLine);
  const update = () => connected.set(navigator.onLine);
  addEventListener('online', update);
  addEventListener('offline', update);
  inject(DestroyRef).onDestroy(() => {
    removeEventListener('online', update);
    removeEventListener('offline', update);
  });
  return connected.asReadonly();
}
