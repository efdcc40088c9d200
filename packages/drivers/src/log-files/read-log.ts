import type { LogQuery } from '@capsule/core';
import { LineChoice } from './line-choice.ts';
import { type LogCursor, parseCursor } from './log-cursor.ts';
import { LogReader, type PlacedLine } from './log-reader.ts';
import { startAfter, startOfTail } from './log-start.ts';
import { watchPath } from './path-watch.ts';

/**
 * Reads one log, `path` with its rotated siblings, oldest line first. A cursor takes precedence over
 * `tailLines` and `since`; `since` applies to lines that exist when the read begins. Without `follow` it ends
 * at the end of the log; with it, when `signal` aborts, or at the end of the log once `query.over` has
 * aborted. A line of another form is returned whole, with no source and the time of the line before it. Fails
 * with `LOG_CURSOR_INVALID`.
 */
export async function* readLog<Entry>(
  path: string,
  query: LogQuery,
  options: { readonly entryOf: (line: PlacedLine) => Entry; readonly signal: AbortSignal },
): AsyncGenerator<Entry> {
  const { entryOf, signal } = options;
  const cursor = query.cursor === undefined ? undefined : parseCursor(query.cursor);
  using watch = query.follow ? watchPath(path, signal) : undefined;
  await using reader = await LogReader.open(path);
  const after = await goToStart(reader, cursor, query.tailLines);
  const since = cursor === undefined ? query.since : undefined;
  const over = untilAborted(query.over);
  const choice = new LineChoice({ since, after });
  // Where the position is lost, the first line kept shows whether lines before it may be lost too.
  let mayLack = after !== undefined;
  for (;;) {
    const isLast = query.over?.aborted === true;
    for await (const block of reader.lines()) {
      for (const line of block) {
        if (signal.aborted) return;
        if (choice.wants(line)) yield entryOf(mayLack ? { ...line, isAfterGap: true } : line);
        mayLack = false;
      }
    }
    choice.catchUp();
    if (watch === undefined || isLast) return;
    await Promise.race([watch.next(), over]);
    if (signal.aborted) return;
    await reader.refresh();
  }
}

/** Never resolves without a signal. */
async function untilAborted(signal: AbortSignal | undefined): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  if (signal?.aborted) resolve();
  else signal?.addEventListener('abort', () => resolve(), { once: true });
  await promise;
}

/** Returns the time after which lines are chosen, where the position of the cursor is lost. */
async function goToStart(
  reader: LogReader,
  cursor: LogCursor | undefined,
  tailLines: number | undefined,
): Promise<string | undefined> {
  if (cursor !== undefined) {
    const found = await startAfter(reader.files, cursor);
    if (found === undefined) return cursor.time;
    await reader.startAt(found, cursor.time);
  } else if (tailLines !== undefined) {
    await reader.startAt(await startOfTail(reader.files, tailLines));
  }
  return undefined;
}
