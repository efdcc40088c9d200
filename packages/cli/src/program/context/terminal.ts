import { spawnSync } from 'node:child_process';
import type { ReadStream, WriteStream } from 'node:tty';

export interface TerminalSize {
  readonly cols: number;
  readonly rows: number;
}

/** The terminal that a person sits at, where input and output are one. */
export interface Terminal {
  size(): TerminalSize;
  onResize(listener: () => void): Disposable;
  /**
   * Hands every key over as it is typed, Ctrl-C too, and prints nothing by itself, until it is disposed
   * or the process ends, whichever way.
   */
  raw(): Disposable;
}

export interface TerminalParts {
  readonly input: ReadStream;
  readonly output: WriteStream;
  /** Reports the end of this process. */
  readonly life: Pick<NodeJS.Process, 'once' | 'off'>;
  /** Has the terminal print what it is given as it is. Default: `stty`. */
  readonly passOutput?: () => void;
}

/** Undefined where input or output is something else. */
export function openTerminal({
  input,
  output,
  life,
  passOutput = setTerminal,
}: TerminalParts): Terminal | undefined {
  if (input.isTTY !== true || output.isTTY !== true) return undefined;
  return {
    size: () => ({ cols: output.columns, rows: output.rows }),
    onResize(listener) {
      output.on('resize', listener);
      return { [Symbol.dispose]: () => void output.off('resize', listener) };
    },
    raw() {
      const restore = () => void input.setRawMode(false);
      input.setRawMode(true);
      passOutput();
      life.once('exit', restore);
      return {
        [Symbol.dispose]() {
          life.off('exit', restore);
          restore();
        },
      };
    },
  };
}

/**
 * Node's raw mode still turns each line feed into two characters, and the far terminal has done that already. Node
 * gives back the mode of before, this setting too. Where there is no stty, lines are only printed with one more return.
 */
function setTerminal(): void {
  spawnSync('stty', ['-opost'], { stdio: ['inherit', 'ignore', 'ignore'] });
}
