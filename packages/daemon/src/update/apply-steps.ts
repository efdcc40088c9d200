import type { BootSlots, ChoiceStep } from '@capsule/core';

/** Carries out changes of the ESP in their order. Idempotent. */
export async function applySteps(slots: BootSlots, steps: readonly ChoiceStep[]): Promise<void> {
  for (const step of steps) {
    if (step.kind === 'rename') await slots.rename(step.from, step.to);
    else await slots.remove(step.entry);
  }
}
