import { ChangeDetectionStrategy, Component, computed, effect, input, output, signal } from '@angular/core';
import { MatButton } from '@angular/material/button';

import { Modal } from '../modal/modal';
import { ENDINGS, secondsLeftWords } from '../problem/messages';
import type { Ending } from './session-watch';

/** Seconds left at which a screen reader says so; the ticking in between is for the eye. */
const SAID = [30, 10];

/** Says that the session is about to end, counts down, and offers to stay. */
@Component({
  selector: 'app-ending-notice',
  imports: [MatButton, Modal],
  changeDetection: ChangeDetectionStrategy.OnPush,
  template: `
    @if (!put()) {
      @let text = words();
      <app-modal [heading]="text.heading" [busy]="signingOut()" (dismissed)="carryOn()">
        <p>
          <span class="visually-hidden">{{ text.text(first()) }}</span>
          <span aria-hidden="true">{{ text.text(left()) }}</span>
        </p>
        <button
          modalAction
          matButton
          type="button"
          disabledInteractive
          [disabled]="signingOut()"
          (click)="leave()"
        >
          {{ signingOut() ? 'Signing out…' : text.leave }}
        </button>
        <button modalAction matButton="filled" modalFocus type="button" (click)="go()">{{ text.go }}</button>
        <span class="visually-hidden" role="status">{{ said() }}</span>
      </app-modal>
    }
  `,
})
export class EndingNotice {
  readonly ending = input.required<Ending>();
  readonly signingOut = input(false);
  readonly stay = output();
  readonly signOut = output();
  readonly signInAgain = output();

  protected readonly words = computed(() => ENDINGS[this.ending().why]);
  private readonly now = signal(Date.now());
  protected readonly left = computed(() => Math.max(0, Math.ceil((this.ending().at - this.now()) / 1000)));
  protected readonly first = signal(0);
  protected readonly said = signal('');
  /** The person saw it and would rather go on: it cannot be stayed, and need not be said twice. */
  protected readonly put = signal(false);

  constructor() {
    effect((onCleanup) => {
      const { at } = this.ending();
      this.put.set(false);
      this.first.set(Math.max(0, Math.ceil((at - Date.now()) / 1000)));
      this.now.set(Date.now());
      const timer = setInterval(() => {
        this.now.set(Date.now());
        if (SAID.includes(this.left())) this.said.set(secondsLeftWords(this.left()));
      }, 1000);
      onCleanup(() => clearInterval(timer));
    });
  }

  protected go(): void {
    if (this.ending().why === 'session_idle') this.stay.emit();
    else this.signInAgain.emit();
  }

  protected leave(): void {
    if (this.ending().why === 'session_idle') this.signOut.emit();
    else this.put.set(true);
  }

  /** Escape: the person is there, and wants the page back. */
  protected carryOn(): void {
    if (this.ending().why === 'session_idle') this.stay.emit();
    else this.put.set(true);
  }
}
