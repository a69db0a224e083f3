import type { z } from 'zod';
import { linesOf, Source } from '../export/source';
import { type PlanHeader, planHeaderSchema, type PlanLine, planLineSchema } from './plan-file';

/** Bytes; a line has about 700. */
const LONGEST_LINE = 64 * 1024;

/** A plan from its file, a line at a time. */
export class PlanReader {
  private readonly source: Source;
  private line = 0;

  constructor(path: string) {
    this.source = new Source(path);
  }

  /** Of the whole file, once all of it was read. */
  sha256(): string {
    return this.source.sha256();
  }

  /**
   * @param header is told the first line before any other is handed out
   * @throws FileRefused for anything that is no whole plan
   */
  async *lines(header: (header: PlanHeader) => void = () => undefined): AsyncGenerator<PlanLine> {
    const texts = this.texts();
    const read = await this.first(texts);
    header(read);
    let last = -1;
    let users = 0;
    for (let next = await texts.next(); !next.done; next = await texts.next()) {
      const planned = this.parsed(planLineSchema, next.value);
      if (planned.user <= last) this.refuse(`user ${planned.user} stands here again or out of order.`);
      last = planned.user;
      users++;
      const option = optionMissing(planned, read);
      if (option !== null) this.refuse(`user ${planned.user} is linked as only ${option} allows.`);
      yield planned;
    }
    if (users !== read.users) this.refuse(`the header names ${read.users} users, ${users} are here.`);
  }

  /**
   * Reads no further than the first line, so that what is no plan is refused at once, whatever its size.
   *
   * @throws FileRefused
   */
  async assertPlan(): Promise<void> {
    const texts = this.texts();
    try {
      await this.first(texts);
    } finally {
      await texts.return(undefined);
    }
  }

  private async first(texts: AsyncGenerator<string>): Promise<PlanHeader> {
    const { done, value } = await texts.next();
    if (done) return this.source.refuse('is empty.', 'Name a file that --plan has written.');
    return this.parsed(planHeaderSchema, value);
  }

  private parsed<T extends z.ZodType>(schema: T, text: string): z.infer<T> {
    const value = schema.safeParse(json(text));
    if (value.success) return value.data;
    const [issue] = value.error.issues;
    return this.refuse(`is no line of a plan (${[...(issue?.path ?? []), issue?.message].join(' ')}).`);
  }

  private refuse(what: string): never {
    return this.source.refuse(
      what,
      'Make a new plan with --from and --plan; plans are not edited.',
      this.line,
    );
  }

  private async *texts(): AsyncGenerator<string> {
    let begun: Buffer = Buffer.alloc(0);
    for await (const chunk of this.source.bytes()) {
      for (const line of linesOf(chunk)) {
        begun = Buffer.concat([begun, line]);
        if (begun.length > LONGEST_LINE) {
          this.line++;
          this.refuse(`is longer than ${LONGEST_LINE} bytes.`);
        }
        if (begun.at(-1) !== 0x0a) continue;
        this.line++;
        yield begun.toString();
        begun = Buffer.alloc(0);
      }
    }
    if (begun.length === 0) return;
    this.line++;
    this.refuse('ends in the middle of a line.');
  }
}

/** Which option a link needs that the plan was made without. */
function optionMissing({ action, proof }: PlanLine, { options }: PlanHeader): string | null {
  if (action !== 'link') return null;
  if (proof === 'email' && !options.acceptEmailMatches) return '--accept-email-matches';
  return proof === 'username_local_part' && !options.acceptNameMatches ? '--accept-name-matches' : null;
}

function json(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
