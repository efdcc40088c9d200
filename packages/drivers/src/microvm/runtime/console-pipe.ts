import { closeSync, constants, openSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { run } from '@capsule/host';

/**
 * A pipe between two processes of a machine, one that writes and one that reads; capsuled only passes its
 * ends on.
 */
export class ConsolePipe implements Disposable {
  readonly reading: number;
  readonly writing: number;

  private constructor(path: string) {
    // Non-blocking, because there is no writer yet; the reader waits with poll(2).
    this.reading = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
    try {
      this.writing = openSync(path, constants.O_WRONLY);
    } catch (failure) {
      closeSync(this.reading);
      throw failure;
    }
  }

  /** Opens three at once, because a process makes them. Their files are removed before this resolves. */
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
