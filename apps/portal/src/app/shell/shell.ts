import {
  ChangeDetectionStrategy,
  Component,
  effect,
  ElementRef,
  inject,
  signal,
  viewChild,
} from '@angular/core';
import { Router, RouterOutlet } from '@angular/router';

import { ORGANISATION } from '../brand/organisation';
import { ProblemNotice } from '../problem/problem-notice';
import { readProblem, type ShownProblem } from '../problem/read-problem';
import { EndingNotice } from '../session/ending-notice';
import { RenewalNotice } from '../session/renewal-notice';
import { signInUrl } from '../session/return-url';
import { Session } from '../session/session';
import { SessionWatch } from '../session/session-watch';
import { Theme } from '../theme/theme';
import { Header } from './header';

/** Every page of a person who is signed in: header, page, and the way out when the session ends. */
@Component({
  selector: 'app-shell',
  imports: [EndingNotice, Header, ProblemNotice, RenewalNotice, RouterOutlet],
  providers: [SessionWatch],
  changeDetection: ChangeDetectionStrategy.OnPush,
  styleUrl: './shell.scss',
  template: `
    <a class="skip" href="#page" (click)="skip($event)">Skip to the page</a>
    @if (session.user(); as user) {
      <app-header
        [user]="user"
        [organisation]="organisation"
        [(theme)]="theme.choice"
        [signingOut]="signingOut()"
        (signOut)="signOut()"
      />
    }
    <main #page id="page" tabindex="-1">
      @if (problem(); as problem) {
        <app-problem-notice [problem]="problem" (retry)="signOut()" />
      }
      @if (watch.trouble(); as trouble) {
        <app-renewal-notice [trouble]="trouble" (retry)="watch.retry()" />
      }
      <router-outlet (activate)="arrived()" />
    </main>
    @if (watch.ending(); as ending) {
      <app-ending-notice
        [ending]="ending"
        [signingOut]="signingOut()"
        (stay)="watch.stay()"
        (signOut)="signOut()"
        (signInAgain)="session.lapse('session_over')"
      />
    }
  `,
})
export class Shell {
  protected readonly session = inject(Session);
  protected readonly watch = inject(SessionWatch);
  protected readonly theme = inject(Theme);
  protected readonly organisation = inject(ORGANISATION);
  private readonly router = inject(Router);

  private readonly page = viewChild.required<ElementRef<HTMLElement>>('page');
  protected readonly signingOut = signal(false);
  protected readonly problem = signal<ShownProblem | null>(null);

  constructor() {
    effect(() => {
      const state = this.session.state();
      if (state.phase !== 'signed-out') return;
      // Signed out by hand: nobody was going anywhere. Ended otherwise: come back to this page.
      const byHand = state.reason === null || state.reason === 'signed_out_elsewhere';
      void this.router.navigateByUrl(signInUrl(this.router, byHand ? '/' : this.router.url));
    });
  }

  protected async signOut(): Promise<void> {
    if (this.signingOut()) return;
    this.signingOut.set(true);
    this.problem.set(null);
    try {
      await this.session.signOut();
    } catch (error) {
      this.problem.set(readProblem(error));
    } finally {
      this.signingOut.set(false);
    }
  }

  /** A screen reader starts at the new page, not at the link that led to it. */
  protected arrived(): void {
    if (this.router.currentNavigation()?.previousNavigation)
      this.page().nativeElement.focus({ preventScroll: true });
  }

  protected skip(event: Event): void {
    event.preventDefault();
    this.page().nativeElement.focus();
  }
}
