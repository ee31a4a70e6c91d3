import { expect, test, vi } from 'vitest';
import { Stream } from '../../../src/main/services/stream.ts';

test('gives what was pushed, in order, then ends', async () => {
  const stream = new Stream<number>();
  stream.push(1);
  stream.push(2);
  stream.end();
  stream.push(3); // too late
  const read: number[] = [];
  for await (const value of stream) read.push(value);
  expect(read).toEqual([1, 2]);
});

test('gives a value to a reader that waits', async () => {
  const stream = new Stream<number>();
  const next = stream.next();
  stream.push(1);
  expect(await next).toEqual({ done: false, value: 1 });
});

test('gives the error after the values, once', async () => {
  const stream = new Stream<number>();
  stream.push(1);
  stream.fail(new Error('a fault'));
  expect(await stream.next()).toEqual({ done: false, value: 1 });
  await expect(stream.next()).rejects.toThrow('a fault');
  expect(await stream.next()).toEqual({ done: true, value: undefined });
});

test('fails a reader that waits', async () => {
  const stream = new Stream<number>();
  const next = stream.next();
  stream.fail(new Error('a fault'));
  await expect(next).rejects.toThrow('a fault');
  expect(await stream.next()).toEqual({ done: true, value: undefined });
});

test('notices at once that the reader leaves, even while it waits', async () => {
  const onLeave = vi.fn();
  const stream = new Stream<number>({ onLeave });
  const next = stream.next();
  await stream.return();
  expect(await next).toEqual({ done: true, value: undefined });
  expect(onLeave).toHaveBeenCalledTimes(1);
  await stream.return();
  expect(onLeave).toHaveBeenCalledTimes(1);
});

test('that ended by itself is not left early', async () => {
  const onLeave = vi.fn();
  const stream = new Stream<number>({ onLeave });
  stream.end();
  await stream.return();
  expect(onLeave).not.toHaveBeenCalled();
});

test('a break in a loop is leaving', async () => {
  const onLeave = vi.fn();
  const stream = new Stream<number>({ onLeave });
  stream.push(1);
  for await (const _ of stream) break;
  expect(onLeave).toHaveBeenCalledTimes(1);
});

test('may fold a value into those unread', async () => {
  const stream = new Stream<number>({
    fold: (unread, value) => {
      if (unread.length === 0) return false;
      unread[unread.length - 1]! += value;
      return true;
    },
  });
  for (const value of [1, 2, 3]) stream.push(value);
  expect(await stream.next()).toEqual({ done: false, value: 6 });
});
