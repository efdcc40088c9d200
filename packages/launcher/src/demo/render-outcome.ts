import type { Claim } from '../embedded/claim/claim.ts';
import { renderNext } from './render-next.ts';
import type { MicroVmPage } from './show-micro-vm.ts';

export interface Outcome {
  readonly claim: Claim;
  readonly image: string;
  readonly manifest: string;
  readonly page: string;
  readonly url: string;
  readonly port: number;
  /** The contents of the volume. */
  readonly note: string;
  /** The microVM that served the same page. */
  readonly microVm: MicroVmPage;
}

/** Returns the results of the tour, and the commands to try next. */
export function renderOutcome(outcome: Outcome, isAdopted: boolean): string {
  const { claim, image, manifest, page, url, port, note, microVm } = outcome;
  const address = claim.subnet.capsuleAddress;
  const seconds = Math.round(microVm.tookMs / 100) / 10;
  return `
1. A container in the capsule ${claim.name} answers at ${url} and at the capsule's own address, http://${address}:${port}/

${indent(page.trim(), '  | ')}

2. One workload wrote to the volume notes and was deleted; another one read:

${indent(note.trim(), '  | ')}

3. kind: Container became kind: MicroVM. ${seconds} s later the same address answered from a machine with a kernel of its own:

${indent(microVm.page.trim(), '  | ')}

  image      ${image}
  manifest   ${manifest}
             ${microVm.manifest} (applied last)
${renderNext(claim, isAdopted)}`;
}

function indent(text: string, prefix: string): string {
  return text
    .split('\n')
    .map((line) => `${prefix}${line}`)
    .join('\n');
}
