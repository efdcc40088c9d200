import { closeSync, constants, openSync } from 'node:fs';
import { run } from './program.ts';

export interface Pipe extends Disposable {
  readonly reader: number;
  readonly writer: number;
  closeReader(): void;
  closeWriter(): void;
}

/** A real pipe (Node's own are sockets), made through a FIFO at `path`; both ends block. */
export async function openPipe(path: string): Promise<Pipe> {
  await run('mkfifo', path);
  const first = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  const ends = new Set<number>();
  const open = (flags: number) => {
    const end = openSync(path, flags);
    ends.add(end);
    return end;
  };
  const close = (end: number) => {
    if (ends.delete(end)) closeSync(end);
  };
  const writer = open(constants.O_WRONLY);
  const reader = open(constants.O_RDONLY);
  closeSync(first);
  return {
    reader,
    writer,
    closeReader: () => close(reader),
    closeWriter: () => close(writer),
    [Symbol.dispose]: () => [reader, writer].forEach(close),
  };
}
