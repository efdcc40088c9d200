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

  /** By way of a file that is gone when it answers. */
  static async open(path: string): Promise<ConsolePipe> {
    await rm(path, { force: true });
    await run('mkfifo', ['-m', '600', path]);
    try {
      return new ConsolePipe(path);
    } finally {
      await rm(path, { force: true });
    }
  }

  [Symbol.dispose](): void {
    closeSync(this.reading);
    closeSync(this.writing);
  }
}
