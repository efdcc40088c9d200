import type { LogEntry, LogQuery, LogStore } from '@capsule/core';
import type { WrittenEntry } from '../contracts/log-store.contract.ts';
import { fakeError } from './fake-error.ts';

/** Logs in memory. A cursor is the number of entries before it. */
export class FakeLogStore implements LogStore {
  readonly #logs = new Map<string, LogEntry[]>();
  #changed = Promise.withResolvers<void>();

  /** Appends to a log, as its writer would. */
  write(path: string, entries: readonly WrittenEntry[]): void {
    const log = this.#logs.get(path) ?? [];
    for (const entry of entries) log.push({ ...entry, cursor: String(log.length + 1) });
    this.#logs.set(path, log);
    this.#changed.resolve();
    this.#changed = Promise.withResolvers<void>();
  }

  /** The same for one line of text, now. */
  print(path: string, text: string, stream: LogEntry['stream'] = 'stdout'): void {
    const time = new Date().toISOString();
    this.write(path, [{ time, stream, partial: false, text: Buffer.from(text) }]);
  }

  async *read(path: string, query: LogQuery, signal: AbortSignal): AsyncGenerator<LogEntry> {
    const aborted = new Promise<void>((resolve) => {
      signal.addEventListener('abort', () => resolve(), { once: true });
    });
    let at = start(this.#logs.get(path) ?? [], query);
    let since = query.cursor === undefined ? query.since : undefined;
    const isOver = new Promise<void>((resolve) => {
      if (query.over?.aborted) resolve();
      else query.over?.addEventListener('abort', () => resolve(), { once: true });
    });
    while (!signal.aborted) {
      const isLast = query.over?.aborted === true;
      const changed = this.#changed.promise;
      for (const entry of (this.#logs.get(path) ?? []).slice(at)) {
        at += 1;
        if (since === undefined || Date.parse(entry.time) >= since) yield entry;
        if (signal.aborted) return;
      }
      if (!query.follow || isLast) return;
      since = undefined;
      await Promise.race([changed, aborted, isOver]);
    }
  }

  async exists(path: string): Promise<boolean> {
    return this.#logs.has(path);
  }

  async remove(path: string): Promise<void> {
    this.#logs.delete(path);
  }
}

function start(log: readonly LogEntry[], { cursor, tailLines }: LogQuery): number {
  if (cursor !== undefined) {
    if (!/^\d+$/.test(cursor)) throw fakeError('LOG_CURSOR_INVALID', 'invalid', 'no such place');
    return Number(cursor);
  }
  if (tailLines === undefined) return 0;
  let lines = 0;
  for (let at = log.length; at > 0; at--) {
    const endsLine = log[at - 1]?.partial === false || at === log.length;
    if (endsLine && lines === tailLines) return at;
    if (endsLine) lines += 1;
  }
  return 0;
}
