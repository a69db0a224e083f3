import {
  afterNextRender,
  ChangeDetectionStrategy,
  Component,
  computed,
  effect,
  ElementRef,
  inject,
  input,
  type Signal,
  signal,
  untracked,
  viewChild,
} from '@angular/core';
import { form, FormField, readonly, submit, validate, type ValidationError } from '@angular/forms/signals';
import { MatFormField, MatInput, MatLabel, MatError, MatSuffix } from '@angular/material/input';
import { Router, RouterLink } from '@angular/router';
import type { SignInRequest } from '@cutover/contracts';

import { EntryPage } from '../entry/entry-page';
import { ShowPassword } from '../entry/show-password';
import { SubmitButton } from '../entry/submit-button';
import { Icon } from '../icon/icon';
import { MESSAGES } from '../problem/messages';
import { ProblemNotice } from '../problem/problem-notice';
import { linkTokenOf, readProblem, type ShownProblem } from '../problem/read-problem';
import { secondsLeft } from '../problem/seconds-left';
import { safeReturnUrl } from '../session/return-url';
import { Session } from '../session/session';
import { Unproven } from '../proof/unproven';
import { Arrival } from './arrival';
import { longWait } from './long-wait';
import { Trouble } from './trouble';

const EMPTY: SignInRequest = { username: '', password: '' };
const FIELDS = ['username', 'password'] as const;

/** One card, two fields, one button. It never says which side checks the password: it does not know. */
@Component({
  selector: 'app-sign-in',
  imports: [
    EntryPage,
    FormField,
    Icon,
    MatError,
    MatFormField,
    MatInput,
    MatLabel,
    MatSuffix,
    ProblemNotice,
    RouterLink,
    ShowPassword,
    SubmitButton,
    Trouble,
  ],
  changeDetection: ChangeDetectionStrategy.OnPush,
  templateUrl: './sign-in.html',
  styleUrl: './sign-in.scss',
})
export class SignIn {
  /** Query parameter: where the person was going. */
  readonly returnUrl = input<string>();

  private readonly session = inject(Session);
  private readonly router = inject(Router);

  private readonly brought = Arrival.broughtBy(this.router);
  protected readonly credentials = signal({ ...EMPTY, username: this.brought?.username ?? '' });
  protected readonly form = form(this.credentials, (path) => {
    readonly(path, () => this.pending());
    for (const field of FIELDS)
      validate(path[field], () =>
        this.blamed() ? { kind: 'refused', message: `Check your ${field}` } : null,
      );
  });
  protected readonly passwordShown = signal(false);
  protected readonly problem = signal<ShownProblem | null>(null);
  protected readonly pending: Signal<boolean> = computed(() => this.form().submitting());
  protected readonly slow = longWait(this.pending);
  private readonly wait = secondsLeft(this.problem);
  private readonly refusedCredentials = signal(EMPTY);
  /** Name and password are blamed together, until either is changed or another answer has come. */
  private readonly blamed = computed(
    () =>
      this.problem()?.code === 'invalid_credentials' &&
      FIELDS.every((field) => this.credentials()[field] === this.refusedCredentials()[field]),
  );
  /** The API asked for patience. Somebody else at this keyboard need not wait. */
  protected readonly held = computed(
    () => this.wait() > 0 && this.credentials().username === this.refusedCredentials().username,
  );

  protected readonly requestId = computed(() => {
    const problem = this.problem();
    return problem !== null && MESSAGES[problem.code].unexpected ? problem.requestId : null;
  });

  /** Why the person is here: what another page says, or a session that they had and that has ended. */
  protected readonly arrival = computed(() => {
    if (this.brought) return this.brought.message;
    const state = this.session.state();
    return state.phase === 'signed-out' && state.reason !== null ? MESSAGES[state.reason] : null;
  });

  private readonly username = viewChild.required<ElementRef<HTMLInputElement>>('username');
  private readonly password = viewChild.required<ElementRef<HTMLInputElement>>('password');
  private readonly summary = viewChild.required<ElementRef<HTMLElement>>('summary');

  constructor() {
    // A password manager may have filled the name in by now.
    afterNextRender(() => this.firstEmpty()?.focus());
    // Signed in in another tab: no reason to ask here too.
    effect(() => {
      if (this.session.user() !== null && !untracked(this.pending)) void this.goOn();
    });
  }

  protected async send(event: Event): Promise<void> {
    event.preventDefault();
    if (this.pending() || this.held()) return;
    // The API’s refusals stand beside fields that need not change: they must not stop the next try.
    await submit(this.form, { action: () => this.signIn(), ignoreValidators: 'all' });
  }

  private async signIn(): Promise<ValidationError.WithOptionalFieldTree[] | undefined> {
    const missing = this.missing();
    if (missing.length > 0) {
      this.problem.set(null);
      this.firstEmpty()?.focus();
      return missing;
    }
    try {
      await this.session.signIn(this.credentials());
      await this.goOn();
      return undefined;
    } catch (error) {
      const linkToken = linkTokenOf(error);
      if (linkToken === null) this.refused(readProblem(error));
      else await this.askForProof(linkToken);
      return undefined;
    }
  }

  private async askForProof(linkToken: string): Promise<void> {
    const info = new Unproven(linkToken, this.credentials().username, this.returnUrl());
    await this.router.navigateByUrl('/proof', { info });
  }

  private async goOn(): Promise<void> {
    await this.router.navigateByUrl(safeReturnUrl(this.returnUrl()), { replaceUrl: true });
  }

  private missing(): ValidationError.WithOptionalFieldTree[] {
    const { username, password } = this.credentials();
    return [
      ...(username === ''
        ? [{ kind: 'missing', fieldTree: this.form.username, message: 'Enter your username' }]
        : []),
      ...(password === ''
        ? [{ kind: 'missing', fieldTree: this.form.password, message: 'Enter your password' }]
        : []),
    ];
  }

  /** Shows the refusal and puts the focus where the next step is: in the password, or on the sentence. */
  private refused(problem: ShownProblem): void {
    this.problem.set(problem);
    this.refusedCredentials.set(this.credentials());
    if (problem.code !== 'invalid_credentials') {
      this.summary().nativeElement.focus();
      return;
    }
    this.password().nativeElement.select();
    this.password().nativeElement.focus();
  }

  private firstEmpty(): HTMLInputElement | undefined {
    return [this.username(), this.password()]
      .map((field) => field.nativeElement)
      .find((field) => field.value === '');
  }
}
