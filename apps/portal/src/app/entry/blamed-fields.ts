import { type Signal, signal } from '@angular/core';

/** What is said beside each field of a form; nothing where nothing is wrong with it. */
export type FieldWords<Model> = Partial<Record<keyof Model, string | null>>;

/** What was wrong with the fields of a form, and with what: a field that was changed since is not blamed any more. */
export class BlamedFields<Model> {
  private readonly faults;

  constructor(private readonly typed: Signal<Model>) {
    this.faults = signal({ typed: typed(), words: {} as FieldWords<Model> });
  }

  /** For the form's validators. */
  faultOf(field: keyof Model, value: Model[keyof Model]): { kind: 'refused'; message: string } | null {
    const { typed, words } = this.faults();
    const message = words[field];
    return message && value === typed[field] ? { kind: 'refused', message } : null;
  }

  /** @returns the first of `fields` that has words, where the focus belongs */
  blame<Field extends keyof Model>(words: FieldWords<Model>, fields: readonly Field[]): Field | undefined {
    this.faults.set({ typed: this.typed(), words });
    return fields.find((field) => words[field]);
  }
}
