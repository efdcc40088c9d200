import type { ContainerRef } from '@capsule/core';

/** The failure of one container, whose cell is reconciled with all its containers. */
export class ContainerFailure extends Error {
  readonly ref: ContainerRef;

  constructor(ref: ContainerRef, cause: unknown) {
    super('a container failed', { cause });
    this.ref = ref;
  }
}

export function isContainerFailure(failure: unknown): failure is ContainerFailure {
  return failure instanceof ContainerFailure;
}

/** The failure itself, and the container that it concerns, if it concerns one alone. */
export function readFailure(failure: unknown): {
  readonly error: unknown;
  readonly ref: ContainerRef | undefined;
} {
  if (!isContainerFailure(failure)) return { error: failure, ref: undefined };
  return { error: failure.cause, ref: failure.ref };
}
