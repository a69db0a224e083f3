/** What jsdom lacks of a browser, as far as the portal uses it. Each returns what takes it away again. */

type Listener = (event: { data: unknown }) => void;

/** Channels of one name hear each other and never themselves, later and in order, as the HTML standard has it. */
class FakeChannel {
  static readonly open = new Set<FakeChannel>();
  private readonly listeners = new Set<Listener>();

  constructor(private readonly name: string) {
    FakeChannel.open.add(this);
  }

  addEventListener(_type: 'message', listener: Listener): void {
    this.listeners.add(listener);
  }

  postMessage(data: unknown): void {
    queueMicrotask(() => {
      for (const other of FakeChannel.open)
        if (other !== this && other.name === this.name)
          for (const listener of other.listeners) listener({ data: structuredClone(data) });
    });
  }

  close(): void {
    FakeChannel.open.delete(this);
  }
}

export function withBroadcastChannel(): () => void {
  Object.assign(globalThis, {
    BroadcastChannel: FakeChannel,
    structuredClone: (data: unknown): unknown => JSON.parse(JSON.stringify(data)),
  });
  return () => {
    FakeChannel.open.clear();
    Reflect.deleteProperty(globalThis, 'BroadcastChannel');
    Reflect.deleteProperty(globalThis, 'structuredClone');
  };
}

type Holder = (lock: object | null) => Promise<unknown>;

/** One lock, first come, first served (Web Locks API). */
export function withLocks(): () => void {
  let last: Promise<unknown> = Promise.resolve();
  let waiting = 0;
  const hold = (task: Holder) => {
    waiting += 1;
    const held = last.then(() => task({})).finally(() => (waiting -= 1));
    last = held.catch(() => undefined);
    return held;
  };
  const request = async (
    _name: string,
    { ifAvailable, signal }: { ifAvailable?: boolean; signal?: AbortSignal },
    task: Holder,
  ) => {
    if (ifAvailable === true && waiting > 0) return task(null);
    signal?.throwIfAborted();
    return hold(task);
  };
  Object.defineProperty(navigator, 'locks', { value: { request }, configurable: true });
  return () => Reflect.deleteProperty(navigator, 'locks');
}

/** `showModal` of the browser's own dialog, without its top layer. */
export function withDialogs(): () => void {
  HTMLDialogElement.prototype.showModal = function (this: HTMLDialogElement) {
    this.open = true;
  };
  return () => Reflect.deleteProperty(HTMLDialogElement.prototype, 'showModal');
}

/** Another tab of this browser: what it says, and what it has heard. */
export function otherTab(name = 'cutover.session.1') {
  const channel = new BroadcastChannel(name);
  const heard: unknown[] = [];
  channel.addEventListener('message', ({ data }) => heard.push(data));
  return { heard, say: (message: unknown) => channel.postMessage(message) };
}
