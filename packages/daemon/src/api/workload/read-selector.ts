import { type LabelSelector, parseLabelSelector } from '@capsule/core';
import { workloadError } from '../../workload/errors.ts';

/** Parses a label selector. Fails with `WORKLOAD_SELECTOR_INVALID`. */
export function readSelector(selector: string): LabelSelector {
  const read = parseLabelSelector(selector);
  if (typeof read !== 'string') return read;
  throw workloadError.SELECTOR_INVALID({ selector, problem: read });
}
