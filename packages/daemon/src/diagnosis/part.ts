import type { Check, CheckSection, Remedy } from '@capsule/core';

/** A result without its place. A part with several results names each. */
export interface Finding extends Pick<Check, 'level' | 'detail' | 'remedy'> {
  readonly name?: string;
}

/** One question that is asked on its own: its failure does not keep others from being answered. */
export interface Part extends Pick<Check, 'section' | 'name'> {
  look(signal: AbortSignal): Finding | readonly Finding[] | Promise<Finding | readonly Finding[]>;
}

export function ok(detail: string): Finding {
  return { level: 'ok', detail };
}

export function warn(detail: string, remedy: Remedy): Finding {
  return { level: 'warn', detail, remedy };
}

export function fail(detail: string, remedy: Remedy): Finding {
  return { level: 'fail', detail, remedy };
}

/** Makes parts of one section. */
export function partOf(section: CheckSection, name: string, look: Part['look']): Part {
  return { section, name, look };
}

/** Parts of one run that need the same answer ask for it once. */
export function shared<T>(
  ask: (signal: AbortSignal) => Promise<T>,
): (signal: AbortSignal) => Promise<T> {
  let answer: Promise<T> | undefined;
  return (signal) => {
    answer ??= ask(signal);
    return answer;
  };
}
