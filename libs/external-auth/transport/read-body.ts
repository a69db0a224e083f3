import type { Readable } from 'node:stream';

/** The body did not come whole: `too large`, `truncated` or `timed out`. */
export class BodyUnreadable extends Error {
  constructor(readonly reason: 'too large' | 'truncated' | 'timed out') {
    super(reason);
  }
}

/**
 * Reads a (decompressed) body, and no more of it than allowed: a small compressed body that grows stops at the cap.
 *
 * @param limit bytes after decompression
 * @param deadline ends the reading too, so that a body that trickles does not outlive it
 * @throws BodyUnreadable
 */
export function readBody(body: Readable, limit: number, deadline: AbortSignal): Promise<string> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    let whole = false;
    const onDeadline = () => fail('timed out');
    const fail = (reason: BodyUnreadable['reason']) => {
      deadline.removeEventListener('abort', onDeadline);
      body.destroy();
      reject(new BodyUnreadable(reason));
    };
    body.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size > limit) fail('too large');
      else chunks.push(chunk);
    });
    body.on('end', () => {
      whole = true;
      deadline.removeEventListener('abort', onDeadline);
      resolve(Buffer.concat(chunks).toString('utf8'));
    });
    body.on('error', () => fail(deadline.aborted ? 'timed out' : 'truncated'));
    body.on('close', () => {
      if (!whole) fail('truncated');
    });
    if (deadline.aborted) onDeadline();
    else deadline.addEventListener('abort', onDeadline, { once: true });
  });
}
