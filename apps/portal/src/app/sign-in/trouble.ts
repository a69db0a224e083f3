import { HttpClient } from '@angular/common/http';
import {
  afterNextRender,
  ChangeDetectionStrategy,
  Component,
  computed,
  ElementRef,
  inject,
  Injector,
  input,
  type Signal,
  signal,
  viewChild,
} from '@angular/core';
import { form, FormField, readonly, submit, type ValidationError } from '@angular/forms/signals';
import { MatButton } from '@angular/material/button';
import { MatError, MatFormField, MatInput, MatLabel } from '@angular/material/input';
import type { TroubleReport } from '@cutover/contracts';
import { firstValueFrom } from 'rxjs';

import { MESSAGES } from '../problem/messages';
import { ProblemNotice } from '../problem/problem-notice';
import { readProblem, type ShownProblem } from '../problem/read-problem';
import { RequestId } from '../problem/request-id';
import { secondsLeft } from '../problem/seconds-left';

/** UTF-16 units, as many as the API takes (libs/auth/trouble). */
const LONGEST = { message: 2000, username: 255 };

/** Milliseconds after which an answer of the API is given up. */
const PATIENCE = 30_000;

/** "Trouble signing in?": a few words for the people who look after sign-in, from somebody who cannot get in. */
@Component({
  selector: 'app-trouble',
  imports: [FormField, MatButton, MatError, MatFormField, MatInput, MatLabel, ProblemNotice, RequestId],
  changeDetection: ChangeDetectionStrategy.OnPush,
  templateUrl: './trouble.html',
  styleUrl: './trouble.scss',
})
export class Trouble {
  /** As it stands in the sign-in form; it goes with the message and is shown before it does. */
  readonly username = input('');

  private readonly http = inject(HttpClient);
  private readonly injector = inject(Injector);

  private readonly typed = signal({ message: '' });
  protected readonly form = form(this.typed, (path) => readonly(path, () => this.pending()));
  protected readonly pending: Signal<boolean> = computed(() => this.form().submitting());
  protected readonly problem = signal<ShownProblem | null>(null);
  protected readonly sent = signal(false);
  private readonly wait = secondsLeft(this.problem);
  /** The API asked for patience. */
  protected readonly held = computed(() => this.wait() > 0);
  protected readonly name = computed(() =>
    this.username().length > LONGEST.username ? '' : this.username().trim(),
  );

  protected readonly requestId = computed(() => {
    const problem = this.problem();
    return problem !== null && MESSAGES[problem.code].unexpected ? problem.requestId : null;
  });

  private readonly message = viewChild<ElementRef<HTMLTextAreaElement>>('message');
  /** Where the outcome is told: the thanks, or what went wrong. */
  private readonly outcome = viewChild.required<ElementRef<HTMLElement>>('outcome');

  /** Whoever closes it after the thanks and opens it again has something else to say. */
  protected toggled({ newState }: ToggleEvent): void {
    if (newState === 'closed') this.sent.set(false);
  }

  protected async send(event: Event): Promise<void> {
    event.preventDefault();
    if (this.pending() || this.held()) return;
    await submit(this.form, { action: () => this.report(), ignoreValidators: 'all' });
    // The field that had the focus may be gone, and its place taken by the thanks.
    afterNextRender(() => this.toOutcome(), { injector: this.injector });
  }

  private async report(): Promise<ValidationError.WithOptionalFieldTree[] | undefined> {
    this.problem.set(null);
    const message = this.typed().message.trim();
    const fault = messageFault(message);
    if (fault !== null) {
      this.message()?.nativeElement.focus();
      return [{ kind: 'refused', fieldTree: this.form.message, message: fault }];
    }
    const name = this.name();
    const body: TroubleReport = name === '' ? { message } : { message, username: name };
    try {
      await firstValueFrom(this.http.post('/api/auth/trouble', body, { timeout: PATIENCE }));
      this.form().reset({ message: '' });
      this.sent.set(true);
    } catch (error) {
      this.problem.set(readProblem(error));
    }
    return undefined;
  }

  private toOutcome(): void {
    if (this.sent() || this.problem() !== null) this.outcome().nativeElement.focus();
  }
}

function messageFault(message: string): string | null {
  if (message === '') return 'Write a few words first';
  return message.length > LONGEST.message ? `Shorten it to ${LONGEST.message} characters` : null;
}
