import { type Event, EventSeverity } from '@capsule/api/wire';
import { formatMoment } from '../render/moment.ts';
import type { Column } from '../render/table.ts';

export function eventColumns(now: number): readonly Column<Event>[] {
  return [
    { title: 'TIME', cell: ({ atUnixMs }) => formatMoment(Number(atUnixMs), now) },
    { title: 'WORKLOAD', cell: ({ name }) => name, shrinksTo: 12 },
    {
      title: 'REASON',
      cell: ({ reason }) => reason,
      style: ({ severity }) => (severity === EventSeverity.WARNING ? 'yellow' : undefined),
      shrinksTo: 12,
    },
    { title: 'MESSAGE', cell: ({ message }) => message, shrinksTo: 20, wraps: true },
  ];
}

/** An event for programs. */
export function eventDocument(event: Event): object {
  const { exitCode, exitSignal, oomKilled } = event;
  return {
    id: Number(event.id),
    at: new Date(Number(event.atUnixMs)).toISOString(),
    workload: event.name,
    uid: event.uid,
    severity: event.severity === EventSeverity.WARNING ? 'warning' : 'normal',
    reason: event.reason,
    message: event.message,
    ...(exitCode === undefined ? {} : { exitCode }),
    ...(exitSignal === 0 ? {} : { exitSignal }),
    ...(oomKilled ? { oomKilled } : {}),
  };
}

/** One line, for a stream that no table can wait for. */
export function eventLine(event: Event, now: number): string {
  const time = formatMoment(Number(event.atUnixMs), now);
  return `${time}  ${event.name.padEnd(16)}  ${event.reason.padEnd(14)}  ${event.message}`;
}
