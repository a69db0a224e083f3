import {
  afterNextRender,
  ChangeDetectionStrategy,
  Component,
  computed,
  effect,
  ElementRef,
  inject,
  type Signal,
  signal,
  untracked,
  viewChild,
} from '@angular/core';
import { form, FormField, readonly, submit, validate, type ValidationError } from '@angular/forms/signals';
import { MatError, MatFormField, MatInput, MatLabel, MatSuffix } from '@angular/material/input';
import { Router, RouterLink } from '@angular/router';

import { EntryPage } from '../entry/entry-page';
import { ShowPassword } from '../entry/show-password';
import { SubmitButton } from '../entry/submit-button';
import { MESSAGES } from '../problem/messages';
import { ProblemNotice } from '../problem/problem-notice';
import { readProblem, type ShownProblem } from '../problem/read-problem';
import { secondsLeft } from '../problem/seconds-left';
import { safeReturnUrl } from '../session/return-url';
import { Session } from '../session/session';
import { Arrival } from '../sign-in/arrival';
import { longWait } from '../sign-in/long-wait';
import { Unproven } from './unproven';

/** Once, for whoever has nothing but a name in common with the account here: the password that they had here until now. */
@Component({
  selector: 'app-proof',
  imports: [
    EntryPage,
    FormField,
    MatError,
    MatFormField,
    MatInput,
    MatLabel,
    MatSuffix,
    ProblemNotice,
    RouterLink,
    ShowPassword,
    SubmitButton,
  ],
  changeDetection: ChangeDetectionStrategy.OnPush,
  templateUrl: './proof.html',
  styleUrls: ['../sign-in/sign-in.scss', './proof.scss'],
})
export class Proof {
  private readonly session = inject(Session);
  private readonly router = inject(Router);
  private readonly unproven = Unproven.broughtBy(this.router);
  protected readonly username = this.unproven?.username ?? '';

  private readonly typed = signal({ password: '' });
  protected readonly form = form(this.typed, (path) => {
    readonly(path, () => this.pending());
    validate(path.password, ({ value }) =>
      this.problem()?.code === 'proof_refused' && value() === this.refusedPassword()
        ? { kind: 'refused', message: 'Check this password' }
        : null,
    );
  });
  protected readonly passwordShown = signal(false);
  protected readonly problem = signal<ShownProblem | null>(null);
  protected readonly pending: Signal<boolean> = computed(() => this.form().submitting());
  protected readonly slow = longWait(this.pending);
  private readonly wait = secondsLeft(this.problem);
  protected readonly held = computed(() => this.wait() > 0);
  private readonly refusedPassword = signal('');

  protected readonly requestId = computed(() => {
    const problem = this.problem();
    return problem !== null && MESSAGES[problem.code].unexpected ? problem.requestId : null;
  });

  private readonly password = viewChild.required<ElementRef<HTMLInputElement>>('password');
  private readonly summary = viewChild.required<ElementRef<HTMLElement>>('summary');

  constructor() {
    afterNextRender(() => this.password().nativeElement.focus({ preventScroll: true }));
    // Signed in in another tab: no reason to ask here too.
    effect(() => {
      if (this.session.user() !== null && !untracked(this.pending)) void this.goOn();
    });
  }

  protected async send(event: Event): Promise<void> {
    event.preventDefault();
    if (this.pending() || this.held()) return;
    // The API’s refusal stands beside a field that need not change: it must not stop the next try.
    await submit(this.form, { action: () => this.prove(), ignoreValidators: 'all' });
  }

  private async prove(): Promise<ValidationError.WithOptionalFieldTree[] | undefined> {
    const { password } = this.typed();
    this.problem.set(null);
    if (password === '') {
      this.password().nativeElement.focus();
      return [{ kind: 'missing', fieldTree: this.form.password, message: 'Enter your password' }];
    }
    if (this.unproven === null) return this.startAgain();
    try {
      await this.session.prove({ linkToken: this.unproven.linkToken, password });
      await this.goOn();
    } catch (error) {
      await this.refused(readProblem(error));
    }
    return undefined;
  }

  /** Shows the refusal and puts the focus where the next step is: in the password, or on the sentence. */
  private async refused({ code, ...rest }: ShownProblem): Promise<void> {
    if (code === 'sign_in_expired') return this.startAgain();
    const problem: ShownProblem = { code: code === 'invalid_credentials' ? 'proof_refused' : code, ...rest };
    this.problem.set(problem);
    this.refusedPassword.set(this.typed().password);
    if (problem.code !== 'proof_refused') {
      this.summary().nativeElement.focus();
      return;
    }
    this.password().nativeElement.select();
    this.password().nativeElement.focus();
  }

  private async startAgain(): Promise<undefined> {
    await this.router.navigate(['/sign-in'], {
      replaceUrl: true,
      queryParams: { returnUrl: this.unproven?.returnUrl },
      info: new Arrival(MESSAGES.sign_in_expired, this.username),
    });
  }

  private async goOn(): Promise<void> {
    await this.router.navigateByUrl(safeReturnUrl(this.unproven?.returnUrl), { replaceUrl: true });
  }
}
