import { bootstrapApplication } from '@angular/platform-browser';

import { App } from './app/app';
import { appConfig } from './app/app.config';
import { mayHaveSession } from './app/session/may-have-session';

// A first visitor's page is sign-in: fetch it while Angular starts. Should that fail, the router asks again and reports.
if (!mayHaveSession(document)) import('./app/sign-in/sign-in').catch(() => undefined);

bootstrapApplication(App, appConfig).catch((error: unknown) => console.error(error));
