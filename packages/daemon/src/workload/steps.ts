import {
  type CellRecord,
  type CellStep,
  type CellStepName,
  type ContainerRecord,
  type ContainerStep,
  type ContainerStepName,
  containerKey,
  nameOfContainer,
  type Step,
} from '@capsule/core';
import { workloadError } from './errors.ts';

/** Executes a step that concerns the whole cell. Idempotent. */
export type CellExecutor<N extends CellStepName> = (
  record: CellRecord,
  step: Extract<CellStep, { readonly do: N }>,
  signal: AbortSignal,
) => Promise<unknown>;

/** A container and its cell. */
export interface PlacedContainer {
  readonly cell: CellRecord;
  readonly container: ContainerRecord;
}

/** Executes a step of one container. Idempotent. */
export type ContainerExecutor<N extends ContainerStepName> = (
  at: PlacedContainer,
  step: Extract<ContainerStep, { readonly do: N }>,
  signal: AbortSignal,
) => Promise<unknown>;

/** One executor for each step: a missing one does not compile. */
export interface Executors {
  readonly cell: { readonly [N in CellStepName]: CellExecutor<N> };
  readonly container: { readonly [N in ContainerStepName]: ContainerExecutor<N> };
}

export type RunStep = (record: CellRecord, step: Step, signal: AbortSignal) => Promise<void>;

/** Binds the steps of a plan to their executors. */
export function bindSteps({ cell, container }: Executors): RunStep {
  return async (record, step, signal) => {
    if (isOfContainer(step)) {
      const execute = container[step.do] as ContainerExecutor<ContainerStepName>;
      await execute({ cell: record, container: containerOf(record, step) }, step, signal);
    } else {
      const execute = cell[step.do] as CellExecutor<CellStepName>;
      await execute(record, step, signal);
    }
  };
}

function isOfContainer(step: Step): step is ContainerStep {
  return 'ref' in step;
}

function containerOf({ containers }: CellRecord, { ref }: ContainerStep): ContainerRecord {
  const key = containerKey(ref);
  const found = containers.find((one) => containerKey(one.ref) === key);
  if (found === undefined) throw workloadError.NOT_FOUND({ name: nameOfContainer(ref) });
  return found;
}
