import type { Claim } from '../embedded/claim/claim.ts';
import { DEMO } from './demo-manifest.ts';
import type { MicroVmPage } from './show-micro-vm.ts';

export interface Outcome {
  readonly claim: Claim;
  readonly host: string;
  readonly image: string;
  readonly manifest: string;
  readonly page: string;
  readonly url: string;
  readonly port: number;
  /** What the volume holds. */
  readonly note: string;
  /** The same page from a microVM. */
  readonly microVm: MicroVmPage;
}

/** What happened, and what to try next. */
export function renderOutcome(outcome: Outcome): string {
  const { claim, host, image, manifest, page, url, port, note, microVm } = outcome;
  const address = claim.subnet.capsuleAddress;
  const seconds = Math.round(microVm.tookMs / 100) / 10;
  const named = claim.name === DEMO ? '' : ` --name ${claim.name}`;
  return `
${indent(page.trim(), '  | ')}

That page came from ${url}: from a container with an address of its own,
made of ${image}, in the capsule ${claim.name}.
The same port is open at the capsule's own address, http://${address}:${port}/.

The volume notes holds what a workload wrote that is gone, and another one read:

${indent(note.trim(), '  | ')}

Then kind: Container became kind: MicroVM, and ${seconds} s later the same address answered from
behind a hardware wall, with a kernel of its own:

${indent(microVm.page.trim(), '  | ')}

  manifest   ${manifest}
             ${microVm.manifest} (what runs now)
  state      ${claim.stateDir}
  API        ${host} (root only)

Next, as root:

  export CAPSULE_HOST=${host}
  bin/capsulectl workload list
  bin/capsulectl workload logs hello
  bin/capsulectl workload exec hello -- uname -a
  bin/capsulectl workload logs --serial hello
  bin/capsulectl workload get hello -o yaml
  bin/capsulectl volume list
  npm run stop${named === '' ? '' : ` --${named}`}
      ends the capsule; its state stays
  npm run stop -- --delete${named}
      ends it and removes its state
`;
}

function indent(text: string, prefix: string): string {
  return text
    .split('\n')
    .map((line) => `${prefix}${line}`)
    .join('\n');
}
