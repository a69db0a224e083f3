import { provideHttpClient, withInterceptors, withNoXsrfProtection } from '@angular/common/http';
import {
  type ApplicationConfig,
  inject,
  provideAppInitializer,
  provideBrowserGlobalErrorListeners,
} from '@angular/core';
import {
  provideRouter,
  TitleStrategy,
  withComponentInputBinding,
  withNavigationErrorHandler,
  withPreloading,
} from '@angular/router';

import { routes } from './app.routes';
import { loadAfresh } from './load-afresh';
import { PageTitle } from './brand/page-title';
import { PreloadUsualPages } from './preload-usual-pages';
import { mayHaveSession } from './session/may-have-session';
import { Session } from './session/session';
import { sessionInterceptor } from './session/session-interceptor';

export const appConfig: ApplicationConfig = {
  providers: [
    provideBrowserGlobalErrorListeners(),
    provideRouter(
      routes,
      withComponentInputBinding(),
      withPreloading(PreloadUsualPages),
      withNavigationErrorHandler(loadAfresh),
    ),
    { provide: TitleStrategy, useExisting: PageTitle },
    // No XSRF cookie: the session cookie is SameSite=Strict and the API checks Origin and Sec-Fetch-Site.
    provideHttpClient(withInterceptors([sessionInterceptor]), withNoXsrfProtection()),
    // Started, not awaited: the first paint does not wait for the answer, the route guards do.
    provideAppInitializer(() => {
      const session = inject(Session);
      if (mayHaveSession(document)) void session.restore();
      else session.startSignedOut();
    }),
  ],
};
