import type { Readable, Writable } from 'node:stream';
import type { Keeper } from './keeper.ts';

/** Keeps what a program reads from a stream, and lets the stream be otherwise as it was. */
export function tapReadable(stream: Readable, keeper: Keeper): void {
  const push = stream.push.bind(stream);
  stream.push = (chunk: unknown, encoding?: BufferEncoding) => {
    keeper.add(chunk);
    return push(chunk, encoding);
  };
}

/** The same of what it writes. */
export function tapWritable(stream: Writable, keeper: Keeper): void {
  for (const name of ['write', 'end'] as const) {
    const pass = stream[name].bind(stream) as (...args: unknown[]) => unknown;
    const tapped = (...args: unknown[]) => {
      keeper.add(args[0]);
      return pass(...args);
    };
    Object.assign(stream, { [name]: tapped });
  }
}
