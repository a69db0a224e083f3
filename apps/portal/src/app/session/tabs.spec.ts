import { TestBed } from '@angular/core/testing';

import { ADA } from '../../../testing/answers';
import { otherTab, withBroadcastChannel, withLocks } from '../../../testing/browser';
import { type TabMessage, Tabs } from './tabs';

const grant = { accessToken: 'fresh', user: ADA, obtainedAt: 1, expiresAt: 2 };
const settle = () => new Promise((resolve) => setTimeout(resolve));

describe('Tabs', () => {
  let takeAway: (() => void)[];

  beforeEach(() => (takeAway = [withBroadcastChannel(), withLocks()]));
  afterEach(() => {
    takeAway.forEach((each) => each());
    jest.restoreAllMocks();
  });

  it('tell each other what happened, and stop listening when told to', async () => {
    const tabs = TestBed.inject(Tabs);
    const other = otherTab();
    const heard: TabMessage[] = [];
    const stop = tabs.hear((message) => heard.push(message));
    tabs.tell({ kind: 'renewed', grant });
    other.say({ kind: 'active', at: 7 });
    await settle();
    expect(other.heard).toEqual([{ kind: 'renewed', grant }]);
    expect(heard).toEqual([{ kind: 'active', at: 7 }]);

    stop();
    other.say({ kind: 'active', at: 8 });
    await settle();
    expect(heard).toHaveLength(1);
  });

  it('wait for news, and not for ever', async () => {
    const tabs = TestBed.inject(Tabs);
    const other = otherTab();
    const news = tabs.news(60_000, ({ kind }) => kind === 'renewed');
    other.say({ kind: 'renewed', grant });
    await expect(news).resolves.toBeUndefined();
    await expect(tabs.news(1, () => true)).resolves.toBeUndefined();
  });

  it('do one thing at a time, and the second knows that it waited', async () => {
    const tabs = TestBed.inject(Tabs);
    const steps: string[] = [];
    let release: () => void = () => undefined;
    const first = tabs.alone(async (waited) => {
      steps.push(`first ${waited}`);
      await new Promise<void>((resolve) => (release = resolve));
      return 1;
    });
    await settle();
    const second = tabs.alone((waited) => {
      steps.push(`second ${waited}`);
      return Promise.resolve(2);
    });
    await settle();
    expect(steps).toEqual(['first false']);
    release();
    await expect(Promise.all([first, second])).resolves.toEqual([1, 2]);
    expect(steps).toEqual(['first false', 'second true']);
  });

  it('pass on what a task throws, and let the next one in', async () => {
    const tabs = TestBed.inject(Tabs);
    await expect(tabs.alone(() => Promise.reject(new Error('no answer')))).rejects.toThrow('no answer');
    await expect(tabs.alone(() => Promise.resolve('in'))).resolves.toBe('in');
  });

  it('do not wait for a tab that hangs', async () => {
    const tabs = TestBed.inject(Tabs);
    void tabs.alone(() => new Promise(() => undefined));
    await settle();
    jest.spyOn(AbortSignal, 'timeout').mockReturnValue(AbortSignal.abort());
    await expect(tabs.alone((waited) => Promise.resolve(waited))).resolves.toBe(true);
  });

  it('go on alone where the browser has neither locks nor a channel', async () => {
    takeAway.forEach((each) => each());
    const tabs = TestBed.inject(Tabs);
    tabs.tell({ kind: 'active', at: 1 });
    await expect(tabs.news(60_000, () => true)).resolves.toBeUndefined();
    await expect(tabs.alone((waited) => Promise.resolve(waited))).resolves.toBe(false);
  });
});
