import { PHASES_TRAILER, phasesToText, TRACE_HEADER } from '@capsule/api/wire';
import type { Tracer } from '@capsule/engine';
import type { Interceptor } from '@connectrpc/connect';

/** Measures the phases of calls that carry a trace id, and answers in a trailer all that are known of this id. */
export function traceEdge(tracer: Tracer): Interceptor {
  return (next) => async (request) => {
    const id = request.header.get(TRACE_HEADER);
    if (id === null) return next(request);
    const call = `${request.service.name}.${request.method.name}`;
    const response = await tracer.run(id, () => tracer.span(call, () => next(request)));
    const report = () => response.trailer.set(PHASES_TRAILER, phasesToText(tracer.spansOf(id)));
    if (response.stream) {
      return { ...response, message: within({ tracer, id, report }, response.message) };
    }
    report();
    return response;
  };
}

interface TracedStream {
  readonly tracer: Tracer;
  readonly id: string;
  readonly report: () => void;
}

/** The work of a stream happens while its messages are read. */
async function* within<T>(
  { tracer, id, report }: TracedStream,
  messages: AsyncIterable<T>,
): AsyncGenerator<T> {
  const reader = messages[Symbol.asyncIterator]();
  try {
    for (;;) {
      const { done, value } = await tracer.run(id, () => reader.next());
      if (done === true) return;
      yield value;
    }
  } finally {
    await reader.return?.();
    report();
  }
}
