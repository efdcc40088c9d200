import type { MessageInitShape } from '@bufbuild/protobuf';
import {
  type EventSchema,
  type EventService,
  EventSeverity,
  type EventStreamRequest,
} from '@capsule/api/wire';
import { cellKey, cellOfWorkload, type StoredEvent } from '@capsule/core';
import type { Feed } from '@capsule/engine';
import type { ServiceImpl } from '@connectrpc/connect';
import type { EventHistory } from '../event/history.ts';

export interface EventServiceParts {
  readonly history: EventHistory;
  readonly feed: Feed;
}

/** The calls about what happened. */
export function eventService(parts: EventServiceParts): Partial<ServiceImpl<typeof EventService>> {
  return {
    stream: (request, context) => streamEvents(request, parts, context.signal),
  };
}

type Answer = MessageInitShape<typeof EventSchema>;

/** Reads on from the last event that was sent, so that a slow reader costs nothing and misses none. */
export async function* streamEvents(
  request: Omit<EventStreamRequest, '$typeName' | '$unknown'>,
  { history, feed }: EventServiceParts,
  signal: AbortSignal,
): AsyncGenerator<Answer> {
  const { names, follow } = request;
  let afterId = Number(request.afterId);
  // What comes is told whatever the clock says, for clocks are set.
  const since = afterId === 0 ? Number(request.sinceUnixMs) : 0;
  const changes = follow ? feed.changes(signal) : undefined;
  const keys = names.map(feedKeyOf);
  const past = { names, since, afterId, tail: request.tail === 0 ? undefined : request.tail };
  for (const event of history.find(past)) {
    afterId = event.id;
    yield eventToProto(event);
  }
  if (changes === undefined) return;
  for await (const changed of changes) {
    if (names.length > 0 && !keys.some((key) => changed.has(key))) continue;
    for (const event of history.find({ names, since: 0, afterId })) {
      afterId = event.id;
      yield eventToProto(event);
    }
  }
}

function feedKeyOf(name: string): string {
  return name.includes('/') ? name : cellKey(cellOfWorkload(name));
}

function eventToProto(event: StoredEvent): Answer {
  const { id, name, uid, reason, message, exitCode } = event;
  return {
    id: BigInt(id),
    name,
    uid,
    reason,
    message,
    atUnixMs: BigInt(Math.trunc(event.at)),
    severity: event.severity === 'warning' ? EventSeverity.WARNING : EventSeverity.NORMAL,
    ...(exitCode === undefined ? {} : { exitCode }),
    exitSignal: event.exitSignal ?? 0,
    oomKilled: event.oomKilled ?? false,
  };
}
