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

/** Wraps a stream. `onClosed` is called when its reader went away (EPIPE). */
export function createOutput(
  stream: TerminalLike,
  env: Readonly<Record<string, string | undefined>>,
  onClosed: () => void,
): Output {
  const isTerminal = stream.isTTY === true;
  const hasColor = isTerminal && !env['NO_COLOR'] && env['TERM'] !== 'dumb';
  let failure: NodeJS.ErrnoException | undefined;
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') onClosed();
    else failure ??= error;
  });
  const check = () => {
    if (failure !== undefined) throw localFault('write', 'the output', failure);
  };
  return {
    isTerminal,
    get columns() {
      // A serial line, or `script` without a terminal, has a size of 0.
      return stream.columns || DEFAULT_COLUMNS;
    },
    get rows() {
      return stream.rows || DEFAULT_ROWS;
    },
    style: (style, text) => (hasColor ? styleText(style, text, { validateStream: false }) : text),
    async write(data) {
      check();
      if (data.length === 0 || stream.destroyed || stream.write(data)) return;
      const gone = new AbortController();
      const close = () => gone.abort();
      stream.once('close', close);
      try {
        await once(stream, 'drain', { signal: gone.signal });
      } catch (error) {
        // The reader went away while we waited: `onClosed` ends the command.
        check();
        if (!stream.destroyed) throw error;
      } finally {
        stream.off('close', close);
      }
    },
    async flush() {
      const { promise, resolve } = Promise.withResolvers<void>();
      if (stream.destroyed) resolve();
      else stream.write('', () => resolve());
      await promise;
      check();
    },
  };
}
