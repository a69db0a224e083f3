/** Finds elements as a person does: by what they read. Throws where there is none, so that a test says what is missing. */
export function byLabel(page: HTMLElement, label: string): HTMLInputElement {
  const found = [...page.querySelectorAll('label')].find((element) => element.textContent?.trim() === label);
  const field = found?.control ?? page.querySelector(`#${found?.htmlFor}`);
  if (!(field instanceof HTMLInputElement)) throw new Error(`No field is labelled “${label}”`);
  return field;
}

export function buttonNamed(page: HTMLElement, name: string): HTMLButtonElement {
  const button = [...page.querySelectorAll('button')].find(
    (element) =>
      (element.ariaLabel ?? element.getAttribute('aria-label') ?? element.textContent)?.trim() === name,
  );
  if (button === undefined) throw new Error(`No button is named “${name}”`);
  return button;
}

export function type(field: HTMLInputElement, text: string): void {
  field.value = text;
  field.dispatchEvent(new Event('input', { bubbles: true }));
}

/** Whether nothing on the page stops a paste into a field. */
export function takesPastedText(field: HTMLElement): boolean {
  return field.dispatchEvent(new Event('paste', { bubbles: true, cancelable: true }));
}

/** The sentences that a screen reader reads with a field. */
export function described(field: HTMLElement): (string | undefined)[] {
  return (field.getAttribute('aria-describedby') ?? '')
    .split(' ')
    .map((id) => document.getElementById(id)?.textContent?.replace(/\s+/g, ' ').trim());
}
