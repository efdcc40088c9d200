import type { Claim } from '../embedded/claim/claim.ts';
import { npmRun } from './npm-run.ts';

/** How to see the tour again, and the commands to try next: after a start without the tour. */
export function renderLater(claim: Claim, isAdopted: boolean): string {
  const tour = npmRun('start', claim.name, ['--tour']);
  return `The capsule starts its workloads by itself. To repeat the tour: ${tour}\n\n${renderNext(claim, isAdopted)}`;
}

/** The commands to try next. */
export function renderNext(claim: Claim, isAdopted: boolean): string {
  const { name, socket, stateDir, subnet } = claim;
  const next = isAdopted
    ? `Next, as yourself, in this folder:

  export PATH="$PWD/bin:$PATH" CAPSULE_HOST=${name}`
    : `Next, as root, in this folder:

  export PATH="$PWD/bin:$PATH" CAPSULE_HOST=unix:${socket}`;
  return `  state      ${stateDir}
  API        ${subnet.capsuleAddress}:50000${isAdopted ? `, context ${name}` : ''}; unix:${socket} (root only)

${next}
  capsulectl workload list
  capsulectl workload logs -n 5 hello
  capsulectl workload exec hello -- uname -r
  capsulectl volume list

  ${npmRun('stop', name)}
      stops the capsule and keeps its state
  ${npmRun('stop', name, ['--delete'])}
      stops it and removes its state

To run your own service: docs/tutorial/getting-started.md
`;
}
