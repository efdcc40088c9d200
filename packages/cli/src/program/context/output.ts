import { once } from 'node:events';
import type { Writable } from 'node:stream';
import { styleText } from 'node:util';
import { localFault } from '../local-fault.ts';

export type Style = 'red' | 'green' | 'yellow' | 'dim' | 'bold';

/** One of the two streams that a person or a program reads. */
export interface Output {
  /** Resolves when the reader keeps up, so that memory stays bounded. */
  write(data: string | Uint8Array): Promise<void>;
  /** The text with a colour, where the reader sees colours. */
  style(style: Style, text: string): string;
  /** Resolves when everything was written. Fails with `CLI_FILE_UNWRITABLE`, as `write` does. */
  flush(): Promise<void>;
  readonly isTerminal: boolean;
  /** Width of the terminal; 80 where there is none. */
  readonly columns: number;
  readonly rows: number;
}

const DEFAULT_COLUMNS = 80;
const DEFAULT_ROWS = 24;

type TerminalLike = Writable & { isTTY?: boolean; columns?: number; rows?: number };

/**
 * Wraps a stream, which is opened when it is first used: not every command writes to both. `onClosed` is called when its
 * reader went away (EPIPE).
 */
export function createOutput(
  open: () => TerminalLike,
  env: Readonly<Record<string, string | undefined>>,
  onClosed: () => void,
): Output {
  let opened: TerminalLike | undefined;
  let failure: NodeJS.ErrnoException | undefined;
  const stream = () => {
    if (opened !== undefined) return opened;
    opened = open();
    return opened.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EPIPE') onClosed();
      else failure ??= error;
    });
  };
  const isTerminal = () => stream().isTTY === true;
  const check = () => {
    if (failure !== undefined) throw localFault('write', 'the output', failure);
  };
  return {
    get isTerminal() {
      return isTerminal();
    },
    get columns() {
      // A serial line, or `script` without a terminal, has a size of 0.
      return stream().columns || DEFAULT_COLUMNS;
    },
    get rows() {
      return stream().rows || DEFAULT_ROWS;
    },
    style(style, text) {
      const hasColor = isTerminal() && !env['NO_COLOR'] && env['TERM'] !== 'dumb';
      return hasColor ? styleText(style, text, { validateStream: false }) : text;
    },
    async write(data) {
      check();
      if (data.length === 0) return;
      const to = stream();
      if (to.destroyed || to.write(data)) return;
      await drained(to).catch((error) => {
        check();
        throw error;
      });
    },
    async flush() {
      if (opened === undefined) return;
      const { promise, resolve } = Promise.withResolvers<void>();
      if (opened.destroyed) resolve();
      else opened.write('', () => resolve());
      await promise;
      check();
    },
  };
}

/** Also resolves when the reader goes away while we wait: `onClosed` ends the command. */
async function drained(stream: Writable): Promise<void> {
  const gone = new AbortController();
  const close = () => gone.abort();
  stream.once('close', close);
  try {
    await once(stream, 'drain', { signal: gone.signal });
  } catch (error) {
    if (!stream.destroyed) throw error;
  } finally {
    stream.off('close', close);
  }
}
