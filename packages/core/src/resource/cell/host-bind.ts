import type { HostBind } from './container-settings.ts';

/** A source that is not absolute is refused with the other rules. */
export function parseHostBind(text: string): HostBind {
  const readOnly = text.endsWith(':ro');
  const paths = text.replace(/:r[ow]$/, '');
  const at = paths.indexOf(':');
  const source = at < 0 ? paths : paths.slice(0, at);
  return { source, target: at < 0 ? paths : paths.slice(at + 1), readOnly };
}

/** The text that `parseHostBind` reads. */
export function formatHostBind({ source, target, readOnly }: HostBind): string {
  return `${source}${target === source ? '' : `:${target}`}${readOnly ? ':ro' : ''}`;
}
