/** A request header: any text that names the calls of one command. capsuled then measures their phases. */
export const TRACE_HEADER = 'capsule-trace';
/** A trailer of the answer: the phases of all calls of that trace which have ended. */
export const PHASES_TRAILER = 'capsule-phases';

/** A part of the work of capsuled. */
export interface Phase {
  readonly name: string;
  /** Milliseconds since the first call of the trace reached capsuled. */
  readonly startMs: number;
  readonly tookMs: number;
}

/** `NAME;START;TOOK` for each phase, in tenths of a millisecond, with commas between. Names are ASCII without both. */
export function phasesToText(phases: readonly Phase[]): string {
  return phases
    .map(({ name, startMs, tookMs }) => [name, tenths(startMs), tenths(tookMs)].join(';'))
    .join(',');
}

/** Ignores what it does not understand: a later capsuled may report more. */
export function phasesFromText(text: string): readonly Phase[] {
  return text.split(',').flatMap((part) => {
    const [name = '', start, took] = part.split(';');
    const [startMs, tookMs] = [Number(start) / 10, Number(took) / 10];
    return Number.isNaN(startMs + tookMs) ? [] : [{ name, startMs, tookMs }];
  });
}

function tenths(ms: number): number {
  return Math.round(ms * 10);
}
