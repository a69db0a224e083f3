import {
  afterNextRender,
  booleanAttribute,
  ChangeDetectionStrategy,
  Component,
  DestroyRef,
  ElementRef,
  inject,
  input,
  output,
  viewChild,
} from '@angular/core';

let modals = 0;

/**
 * A question above the page, which waits behind it. The browser's own dialog: it keeps the focus, makes the rest inert
 * and listens to Escape. The element with `modalFocus` has the focus first. Here as long as it is asked: who asks
 * removes it.
 */
@Component({
  selector: 'app-modal',
  changeDetection: ChangeDetectionStrategy.OnPush,
  styleUrl: './modal.scss',
  template: `
    <dialog
      #dialog
      role="alertdialog"
      [attr.aria-labelledby]="id + '-heading'"
      [attr.aria-describedby]="id + '-text'"
      [attr.closedby]="busy() ? 'none' : 'closerequest'"
      (cancel)="$event.preventDefault(); dismissed.emit()"
    >
      <h2 [id]="id + '-heading'">{{ heading() }}</h2>
      <div class="text" [id]="id + '-text'"><ng-content /></div>
      <div class="actions"><ng-content select="[modalAction]" /></div>
    </dialog>
  `,
})
export class Modal {
  readonly heading = input.required<string>();
  /** Nothing can be called off any more. */
  readonly busy = input(false, { transform: booleanAttribute });
  /** Escape was pressed. */
  readonly dismissed = output();

  protected readonly id = `modal-${modals++}`;
  private readonly dialog = viewChild.required<ElementRef<HTMLDialogElement>>('dialog');

  constructor() {
    const before = document.activeElement;
    afterNextRender(() => {
      const dialog = this.dialog().nativeElement;
      dialog.showModal();
      dialog.querySelector<HTMLElement>('[modalFocus]')?.focus();
    });
    inject(DestroyRef).onDestroy(() => {
      if (before instanceof HTMLElement && before.isConnected) before.focus();
    });
  }
}
