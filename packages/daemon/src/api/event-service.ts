import type { MessageInitShape } from '@bufbuild/protobuf';
import {
  type EventSchema,
  type EventService,
  EventSeverity,
  type EventStreamRequest,
} from '@capsule/api/wire';
import { nameOfSubject, type StoredEvent, subjectsOfName } from '@capsule/core';
import type { Feed } from '@capsule/engine';
import type { ServiceImpl } from '@connectrpc/connect';
import type { EventHistory } from '../event/history.ts';

export interface EventServiceParts {
  readonly history: EventHistory;
  readonly feed: Feed;
}

/** Implements the calls about events. */
export function eventService(parts: EventServiceParts): Partial<ServiceImpl<typeof EventService>> {
  return {
    stream: (request, context) => streamEvents(request, parts, context.signal),
  };
}

type Answer = MessageInitShape<typeof EventSchema>;

/** Continues after the last event that was sent: a slow reader uses no memory and misses no event. */
export async function* streamEvents(
  request: Omit<EventStreamRequest, '$typeName' | '$unknown'>,
  { history, feed }: EventServiceParts,
  signal: AbortSignal,
): AsyncGenerator<Answer> {
  const { follow } = request;
  const subjects = request.names.map(subjectsOfName);
  const keys = subjects.map(({ feedKey }) => feedKey);
  let afterId = Number(request.afterId);
  // New events are sent whatever their time, because the clock may be set back.
  const since = afterId === 0 ? Number(request.sinceUnixMs) : 0;
  const changes = follow ? feed.changes(signal) : undefined;
  const past = { subjects, since, afterId, tail: request.tail === 0 ? undefined : request.tail };
  for (const event of history.find(past)) {
    afterId = event.id;
    yield eventToProto(event);
  }
  if (changes === undefined) return;
  for await (const changed of changes) {
    if (keys.length > 0 && !keys.some((key) => changed.has(key))) continue;
    for (const event of history.find({ subjects, since: 0, afterId })) {
      afterId = event.id;
      yield eventToProto(event);
    }
  }
}

function eventToProto(event: StoredEvent): Answer {
  const { id, subject, uid, reason, message, exitCode } = event;
  return {
    id: BigInt(id),
    name: nameOfSubject(subject),
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
