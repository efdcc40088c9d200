import type { Context } from '../../program/context/context.ts';
import { LiveText } from '../render/live-text.ts';
import { resumeStream } from './resume-stream.ts';

/** A message of a watch: one row and its end, or that the current state is complete. */
interface WatchMessage {
  readonly deleted: boolean;
  readonly synced: boolean;
}

export interface WatchedRows<Message extends WatchMessage, Row> {
  readonly open: (signal: AbortSignal) => AsyncIterable<Message>;
  /** Undefined for a message without a row. */
  readonly rowOf: (message: Message) => Row | undefined;
  /** Rows are sorted by it. */
  readonly keyOf: (row: Row) => string;
  readonly render: (rows: readonly Row[]) => Promise<string>;
}

const REDRAW_MS = 100;

/**
 * Shows rows and every change of them until the command is ended, across restarts of the capsule. On a terminal the
 * table is refreshed in its place; into a pipe each change is written behind the last.
 */
export async function watchRows<Message extends WatchMessage, Row>(
  { open, rowOf, keyOf, render }: WatchedRows<Message, Row>,
  { out, now, signal }: Context,
): Promise<void> {
  const known = new Map<string, Row>();
  let isComplete = false;
  const screen = new LiveText(out);
  let drawnAt = 0;
  let timer: NodeJS.Timeout | undefined;
  const draw = async () => {
    clearTimeout(timer);
    timer = undefined;
    drawnAt = now();
    const all = [...known].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, row]) => row);
    await screen.draw(await render(all));
  };
  const answers = resumeStream<Message>(
    {
      open: (_last, attempt) => {
        // After a gap the present state comes again, without those that are gone.
        known.clear();
        isComplete = false;
        return open(attempt);
      },
      now,
    },
    signal,
  );
  try {
    for await (const message of answers) {
      const row = rowOf(message);
      const { deleted } = message;
      if (message.synced) isComplete = true;
      if (row !== undefined) note(row, deleted);
      if (!isComplete) continue;
      if (!out.isTerminal) {
        const news = row === undefined ? [...known.values()] : [row];
        if (!deleted && (row !== undefined || message.synced)) await out.write(await render(news));
      } else if (now() - drawnAt >= REDRAW_MS) {
        await draw();
      } else {
        timer ??= setTimeout(() => void draw(), REDRAW_MS);
      }
    }
  } finally {
    clearTimeout(timer);
  }

  function note(row: Row, isDeleted: boolean): void {
    if (isDeleted) known.delete(keyOf(row));
    else known.set(keyOf(row), row);
  }
}
