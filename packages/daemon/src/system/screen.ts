import { isCapsuleError } from '@capsule/core';
import { writeConsoles } from '@capsule/machine';
import type { ScreenFacts } from '../screen/render-screen.ts';
import { Screen } from '../screen/screen.ts';
import { capsuleObserver } from './api.ts';
import type { ApiParts } from './api-parts.ts';
import { recoverOwner } from './recovery.ts';
import type { Setup } from './setup.ts';
import type { Updates } from './updates.ts';

/** Starts the screen of a machine that is the capsule's own. */
export function startScreen(setup: Setup, parts: ApiParts, { machine }: Updates): void {
  const { config, log, stack } = setup;
  const recovery = recoverOwner(setup, machine, parts.stored);
  const observer = capsuleObserver(setup, parts);
  const facts = async (signal: AbortSignal): Promise<ScreenFacts> => {
    const { machine: seen, slots, workloads, problems } = await observer.look(signal);
    return {
      name: seen.hostname,
      version: machine.report.version,
      slot: slots?.activeSlot ?? '',
      isTrial: (slots?.pendingSlot ?? '') !== '',
      address: seen.address ?? '',
      port: config.api.port,
      ...(workloads && { workloads }),
      problems: problems.map(({ code, message }) => `${code}: ${message}`),
      ...(recovery && { recovery: recovery.code }),
      ...adoptionOf(parts),
    };
  };
  const screen = stack.use(new Screen({ facts, show: writeConsoles, log }));
  const { stored } = parts;
  if (!isCapsuleError(stored) && !isCapsuleError(stored.identity)) {
    stack.use(stored.identity.service.adoption.follow(() => screen.wake()));
  }
  screen.wake();
}

function adoptionOf({ stored }: ApiParts): Pick<ScreenFacts, 'fingerprint' | 'code'> {
  const identity = isCapsuleError(stored) ? stored : stored.identity;
  if (isCapsuleError(identity)) return { fingerprint: '' };
  const { fingerprint, adoption } = identity.service;
  const { isOpen, code } = adoption.state();
  return { fingerprint, ...(isOpen && { code }) };
}
