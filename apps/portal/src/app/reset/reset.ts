import { HttpClient } from '@angular/common/http';
import {
  afterNextRender,
  ChangeDetectionStrategy,
  Component,
  computed,
  ElementRef,
  inject,
  type Signal,
  signal,
  viewChild,
} from '@angular/core';
import { form, FormField, readonly, submit, validate } from '@angular/forms/signals';
import { MatError, MatFormField, MatHint, MatInput, MatLabel, MatSuffix } from '@angular/material/input';
import { Router, RouterLink } from '@angular/router';
import { PASSWORD_LENGTH, type PasswordResetRequest } from '@cutover/contracts';
import { firstValueFrom } from 'rxjs';

import { BlamedFields, type FieldWords } from '../entry/blamed-fields';
import { EntryPage } from '../entry/entry-page';
import { ShowPassword } from '../entry/show-password';
import { SubmitButton } from '../entry/submit-button';
import { MESSAGES, PASSWORD_CHANGED } from '../problem/messages';
import { ProblemNotice } from '../problem/problem-notice';
import { readProblem, type ShownProblem } from '../problem/read-problem';
import { secondsLeft } from '../problem/seconds-left';
import { longWait } from '../sign-in/long-wait';
import { Arrival } from '../sign-in/arrival';
import { plainCode, type ResetField, resetFaults } from './reset-faults';

const EMPTY: PasswordResetRequest = { username: '', code: '', newPassword: '' };
const FIELDS = ['username', 'code', 'newPassword'] as const;

/** Milliseconds after which an answer of the API is given up. */
const PATIENCE = 30_000;

type ResetWords = FieldWords<PasswordResetRequest>;

/** What is said beside a field once the API has refused it. */
const REFUSED: Partial<Record<ShownProblem['code'], ResetWords>> = {
  code_refused: { username: 'Check your username', code: 'Check your code' },
  password_refused: { newPassword: 'Choose one that’s harder to guess' },
};

/**
 * A new password for whoever was given a code. The code is typed here and sent in a body; it is never read from the
 * address, so no link can carry it and no log, history or `Referer` can keep it.
 */
@Component({
  selector: 'app-reset',
  imports: [
    EntryPage,
    FormField,
    MatError,
    MatFormField,
    MatHint,
    MatInput,
    MatLabel,
    MatSuffix,
    ProblemNotice,
    RouterLink,
    ShowPassword,
    SubmitButton,
  ],
  changeDetection: ChangeDetectionStrategy.OnPush,
  templateUrl: './reset.html',
  styleUrls: ['../sign-in/sign-in.scss', './reset.scss'],
})
export class Reset {
  private readonly http = inject(HttpClient);
  private readonly router = inject(Router);

  private readonly typed = signal(EMPTY);
  private readonly blamed = new BlamedFields(this.typed);
  protected readonly form = form(this.typed, (path) => {
    readonly(path, () => this.pending());
    for (const field of FIELDS) validate(path[field], ({ value }) => this.blamed.faultOf(field, value()));
  });
  protected readonly least = PASSWORD_LENGTH.least;
  protected readonly passwordShown = signal(false);
  protected readonly problem = signal<ShownProblem | null>(null);
  protected readonly pending: Signal<boolean> = computed(() => this.form().submitting());
  protected readonly slow = longWait(this.pending);
  private readonly wait = secondsLeft(this.problem);
  private readonly refusedName = signal('');
  /** The API asked for patience. Somebody else at this keyboard need not wait. */
  protected readonly held = computed(() => this.wait() > 0 && this.typed().username === this.refusedName());

  protected readonly requestId = computed(() => {
    const problem = this.problem();
    return problem !== null && MESSAGES[problem.code].unexpected ? problem.requestId : null;
  });

  private readonly username = viewChild.required<ElementRef<HTMLInputElement>>('username');
  private readonly code = viewChild.required<ElementRef<HTMLInputElement>>('code');
  private readonly newPassword = viewChild.required<ElementRef<HTMLInputElement>>('newPassword');
  private readonly summary = viewChild.required<ElementRef<HTMLElement>>('summary');

  constructor() {
    // A password manager may have filled the name in by now. The page begins at its top, not at the field.
    afterNextRender(() => {
      const firstEmpty = FIELDS.find((field) => this.input(field).value === '');
      if (firstEmpty !== undefined) this.input(firstEmpty).focus({ preventScroll: true });
    });
  }

  protected async send(event: Event): Promise<void> {
    event.preventDefault();
    if (this.pending() || this.held()) return;
    // The API’s refusals stand beside fields that need not change: they must not stop the next try.
    await submit(this.form, { action: () => this.reset(), ignoreValidators: 'all' });
  }

  private async reset(): Promise<void> {
    const request = { ...this.typed(), code: plainCode(this.typed().code) };
    this.problem.set(null);
    if (this.blame(resetFaults(request))) return;
    try {
      await firstValueFrom(this.http.post('/api/auth/reset', request, { timeout: PATIENCE }));
    } catch (error) {
      this.refused(readProblem(error));
      return;
    }
    await this.router.navigateByUrl('/sign-in', {
      replaceUrl: true,
      info: new Arrival(PASSWORD_CHANGED, request.username),
    });
  }

  /** Shows the refusal and puts the focus where the next step is: in the field, or on the sentence. */
  private refused({ code, ...rest }: ShownProblem): void {
    const problem = { code: meantHere(code), ...rest };
    this.problem.set(problem);
    this.refusedName.set(this.typed().username);
    const words = REFUSED[problem.code];
    if (words === undefined) {
      this.summary().nativeElement.focus();
      return;
    }
    this.blame(words);
    const field = problem.code === 'code_refused' ? 'code' : 'newPassword';
    this.input(field).select();
    this.input(field).focus();
  }

  /** Puts the words beside the fields, and the focus into the first that has any. Returns whether one has. */
  private blame(words: ResetWords): boolean {
    const first = this.blamed.blame(words, FIELDS);
    if (first !== undefined) this.input(first).focus();
    return first !== undefined;
  }

  private input(field: ResetField): HTMLInputElement {
    return this[field]().nativeElement;
  }
}

/** The API's neutral codes, in the words of this page. What the page checks itself leaves only the password to refuse. */
function meantHere(code: ShownProblem['code']): ShownProblem['code'] {
  if (code === 'invalid_credentials') return 'code_refused';
  return code === 'validation_failed' ? 'password_refused' : code;
}
