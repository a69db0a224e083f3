import { HttpClient } from '@angular/common/http';
import {
  afterNextRender,
  ChangeDetectionStrategy,
  Component,
  computed,
  ElementRef,
  inject,
  Injector,
  type Signal,
  signal,
  viewChild,
} from '@angular/core';
import { form, FormField, readonly, submit, validate } from '@angular/forms/signals';
import { MatButton } from '@angular/material/button';
import { MatError, MatFormField, MatHint, MatInput, MatLabel, MatSuffix } from '@angular/material/input';
import { RouterLink } from '@angular/router';
import { PASSWORD_LENGTH, type PasswordChangeRequest } from '@cutover/contracts';
import { firstValueFrom } from 'rxjs';

import { BlamedFields, type FieldWords } from '../entry/blamed-fields';
import { ShowPassword } from '../entry/show-password';
import { SubmitButton } from '../entry/submit-button';
import { MESSAGES } from '../problem/messages';
import { ProblemNotice } from '../problem/problem-notice';
import { readProblem, type ShownProblem } from '../problem/read-problem';
import { RequestId } from '../problem/request-id';
import { secondsLeft } from '../problem/seconds-left';
import { Session } from '../session/session';
import { longWait } from '../sign-in/long-wait';
import { newPasswordFault } from './new-password-fault';

const EMPTY: PasswordChangeRequest = { password: '', newPassword: '' };
const FIELDS = ['password', 'newPassword'] as const;
type Field = (typeof FIELDS)[number];
type Words = FieldWords<PasswordChangeRequest>;

/** Milliseconds after which an answer of the API is given up. */
const PATIENCE = 30_000;

/** What is said beside a field once the API has refused it. */
const REFUSED: Partial<Record<ShownProblem['code'], Words>> = {
  present_password_wrong: { password: 'Check your present password' },
  new_password_refused: { newPassword: 'Choose one that’s harder to guess' },
};

/** A new password of this application for a person who is signed in with the present one. */
@Component({
  selector: 'app-change-password',
  imports: [
    FormField,
    MatButton,
    MatError,
    MatFormField,
    MatHint,
    MatInput,
    MatLabel,
    MatSuffix,
    ProblemNotice,
    RequestId,
    RouterLink,
    ShowPassword,
    SubmitButton,
  ],
  changeDetection: ChangeDetectionStrategy.OnPush,
  templateUrl: './change-password.html',
  styleUrl: './change-password.scss',
})
export class ChangePassword {
  private readonly http = inject(HttpClient);
  private readonly injector = inject(Injector);
  protected readonly user = inject(Session).user;

  private readonly typed = signal(EMPTY);
  private readonly blamed = new BlamedFields(this.typed);
  protected readonly form = form(this.typed, (path) => {
    readonly(path, () => this.pending());
    for (const field of FIELDS) validate(path[field], ({ value }) => this.blamed.faultOf(field, value()));
  });
  protected readonly least = PASSWORD_LENGTH.least;
  protected readonly shown = signal(false);
  protected readonly changed = signal(false);
  protected readonly problem = signal<ShownProblem | null>(null);
  protected readonly pending: Signal<boolean> = computed(() => this.form().submitting());
  protected readonly slow = longWait(this.pending);
  /** The API asked for patience. */
  protected readonly held = computed(() => this.wait() > 0);
  private readonly wait = secondsLeft(this.problem);
  protected readonly requestId = computed(() => {
    const problem = this.problem();
    return problem !== null && MESSAGES[problem.code].unexpected ? problem.requestId : null;
  });

  private readonly heading = viewChild.required<ElementRef<HTMLElement>>('heading');
  private readonly summary = viewChild<ElementRef<HTMLElement>>('summary');
  private readonly password = viewChild<ElementRef<HTMLInputElement>>('password');
  private readonly newPassword = viewChild<ElementRef<HTMLInputElement>>('newPassword');

  protected async send(event: Event): Promise<void> {
    event.preventDefault();
    if (this.pending() || this.held()) return;
    // The API’s refusals stand beside fields that need not change: they must not stop the next try.
    await submit(this.form, { action: () => this.change(), ignoreValidators: 'all' });
  }

  private async change(): Promise<void> {
    const request = this.typed();
    this.problem.set(null);
    if (this.blame(faultsOf(request))) return;
    try {
      await firstValueFrom(this.http.post('/api/auth/password', request, { timeout: PATIENCE }));
    } catch (error) {
      this.refused(readProblem(error));
      return;
    }
    this.typed.set(EMPTY); // neither password stays in the page
    this.changed.set(true);
    afterNextRender(() => this.heading().nativeElement.focus(), { injector: this.injector });
  }

  /** Shows the refusal and puts the focus where the next step is: in the field, or on the sentence. */
  private refused({ code, ...rest }: ShownProblem): void {
    const problem = { code: meantHere(code), ...rest };
    this.problem.set(problem);
    const words = REFUSED[problem.code];
    if (words === undefined) {
      this.summary()?.nativeElement.focus();
      return;
    }
    this.blame(words);
    this.input(words.password ? 'password' : 'newPassword')?.select();
  }

  /** Puts the words beside the fields, and the focus into the first that has any. Returns whether one has. */
  private blame(words: Words): boolean {
    const first = this.blamed.blame(words, FIELDS);
    if (first !== undefined) this.input(first)?.focus();
    return first !== undefined;
  }

  private input(field: Field): HTMLInputElement | undefined {
    return this[field]()?.nativeElement;
  }
}

/** What is wrong with each field before anything is sent; what is easy to guess only the API knows. */
function faultsOf({ password, newPassword }: PasswordChangeRequest): Words {
  return {
    password:
      password === ''
        ? 'Enter your present password'
        : password.length > PASSWORD_LENGTH.most
          ? 'Check your present password'
          : null,
    newPassword:
      newPassword !== '' && newPassword === password
        ? 'Choose one that differs from the present one'
        : newPasswordFault(newPassword),
  };
}

/** The API's neutral codes, in the words of this page. What the page checks itself leaves only the new password to refuse. */
function meantHere(code: ShownProblem['code']): ShownProblem['code'] {
  if (code === 'invalid_credentials') return 'present_password_wrong';
  return code === 'validation_failed' ? 'new_password_refused' : code;
}
