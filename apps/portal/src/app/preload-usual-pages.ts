import { Injectable } from '@angular/core';
import type { PreloadingStrategy, Route } from '@angular/router';
import { EMPTY, type Observable } from 'rxjs';

/** The `data` of a route that few people ever open: its page is fetched when somebody does. */
export const RARE = { rare: true } as const;

/** All usual pages together are small: once the first one stands, a dead network stops no navigation to them. */
@Injectable({ providedIn: 'root' })
export class PreloadUsualPages implements PreloadingStrategy {
  preload(route: Route, load: () => Observable<unknown>): Observable<unknown> {
    return route.data?.['rare'] === true ? EMPTY : load();
  }
}
