import { ChangeDetectionStrategy, Component, input, signal } from '@angular/core';
import { MatButton } from '@angular/material/button';

/** The number that leads a help desk to the log lines of one request, ready to copy. */
@Component({
  selector: 'app-request-id',
  imports: [MatButton],
  changeDetection: ChangeDetectionStrategy.OnPush,
  styles: `
    :host {
      display: flex;
      flex-wrap: wrap;
      gap: 4px 8px;
      align-items: center;
      font: 400 0.8125rem/1.25rem var(--font-family);
    }

    code {
      font-family: inherit;
      font-variant-numeric: tabular-nums;
      overflow-wrap: anywhere;
      user-select: all;
    }
  `,
  template: `
    <span>Number for the help desk:</span>
    <code>{{ id() }}</code>
    <button matButton type="button" (click)="copy()">{{ copied() ? 'Copied' : 'Copy' }}</button>
    <span class="visually-hidden" role="status">{{ copied() ? 'Copied.' : '' }}</span>
  `,
})
export class RequestId {
  readonly id = input.required<string>();
  protected readonly copied = signal(false);

  protected async copy(): Promise<void> {
    // Refused without a secure context or permission: the number itself can be selected.
    await navigator.clipboard.writeText(this.id()).then(
      () => this.copied.set(true),
      () => this.copied.set(false),
    );
  }
}
