import { closeSync, constants, openSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { run } from '@capsule/host';

/** A pipe between two processes of a machine: one writes, the other reads; we only hand its ends over. */
export class ConsolePipe implements Disposable {
  readonly reading: number;
  readonly writing: number;

  private constructor(path: string) {
    // Not blocking, since nobody writes yet; the reader waits by poll(2).
    this.reading = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
    this.writing = openSync(path, constants.O_WRONLY);
  }

  /** Three at once, by way of files that are gone when it answers: to make one takes a process. */
  static async openThree(path: string): Promise<readonly [ConsolePipe, ConsolePipe, ConsolePipe]> {
    const paths = [`${path}1`, `${path}2`, `${path}3`] as const;
    const clear = () => Promise.all(paths.map((one) => rm(one, { force: true })));
    await clear();
    await run('mkfifo', ['-m', '600', ...paths]);
    using stack = new DisposableStack();
    try {
      const open = (one: string) => stack.use(new ConsolePipe(one));
      const pipes = [open(paths[0]), open(paths[1]), open(paths[2])] as const;
      stack.move();
      return pipes;
    } finally {
      await clear();
    }
  }

  [Symbol.dispose](): void {
    closeSync(this.reading);
    closeSync(this.writing);
  }
}
