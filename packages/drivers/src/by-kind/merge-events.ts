import type { ContainerRuntime, RuntimeEvent } from '@capsule/core';

type Source = Pick<ContainerRuntime, 'events'>;

/**
 * Yields the events of both sources as they come, until one of them ends or fails. `beside` ends no earlier
 * than `main`.
 */
export async function* mergeEvents(
  main: Source,
  beside: Source,
  signal: AbortSignal,
): AsyncGenerator<RuntimeEvent> {
  const leave = new AbortController();
  const both = AbortSignal.any([signal, leave.signal]);
  const first = main.events(both)[Symbol.asyncIterator]();
  const second = beside.events(both)[Symbol.asyncIterator]();
  try {
    let fromMain = first.next();
    let fromBeside = second.next();
    for (;;) {
      const next = await Promise.race([
        fromMain.then((result) => ({ result, isMain: true })),
        fromBeside.then((result) => ({ result, isMain: false })),
      ]);
      if (next.result.done === true) return;
      yield next.result.value;
      if (next.isMain) fromMain = first.next();
      else fromBeside = second.next();
    }
  } finally {
    leave.abort();
  }
}
