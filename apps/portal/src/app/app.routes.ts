import type { Routes } from '@angular/router';

import { onlyUnproven } from './proof/unproven';
import { RARE } from './preload-usual-pages';
import { onlySignedIn, onlySignedOut } from './session/session-guards';

export const routes: Routes = [
  {
    path: 'sign-in',
    title: 'Sign in',
    canActivate: [onlySignedOut],
    loadComponent: () => import('./sign-in/sign-in').then((file) => file.SignIn),
  },
  {
    path: 'reset',
    title: 'Choose a new password',
    canActivate: [onlySignedOut],
    loadComponent: () => import('./reset/reset').then((file) => file.Reset),
  },
  {
    path: 'proof',
    data: RARE,
    title: 'Once more',
    canActivate: [onlySignedOut, onlyUnproven],
    loadComponent: () => import('./proof/proof').then((file) => file.Proof),
  },
  {
    path: '',
    canActivate: [onlySignedIn],
    loadComponent: () => import('./shell/shell').then((file) => file.Shell),
    children: [
      {
        path: '',
        pathMatch: 'full',
        title: 'Home',
        loadComponent: () => import('./home/home').then((file) => file.Home),
      },
      {
        path: 'profile',
        title: 'Your profile',
        loadComponent: () => import('./profile/profile').then((file) => file.Profile),
      },
      {
        path: 'password',
        data: RARE,
        title: 'Change your password',
        loadComponent: () => import('./password/change-password').then((file) => file.ChangePassword),
      },
      {
        path: 'sessions',
        title: 'Where you’re signed in',
        loadComponent: () => import('./sessions/sessions').then((file) => file.Sessions),
      },
    ],
  },
  {
    path: '**',
    title: 'Page not found',
    loadComponent: () => import('./not-found/not-found').then((file) => file.NotFound),
  },
];
