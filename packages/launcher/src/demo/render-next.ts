import type { Claim } from '../embedded/claim/claim.ts';
import { DEMO } from './demo-manifest.ts';

/** The commands to try next. */
export function renderNext({ name, socket, stateDir }: Claim): string {
  const named = name === DEMO ? '' : ` --name ${name}`;
  const stop = named === '' ? 'npm run stop' : `npm run stop --${named}`;
  return `  state      ${stateDir}
  API        unix:${socket} (root only)

Next, as root, in this folder:

  export PATH="$PWD/bin:$PATH" CAPSULE_HOST=unix:${socket}
  capsulectl workload list
  capsulectl workload logs -n 5 hello
  capsulectl workload exec hello -- uname -r
  capsulectl volume list

  ${stop}
      stops the capsule and keeps its state
  npm run stop -- --delete${named}
      stops it and removes its state

To run your own service: docs/tutorial/getting-started.md
`;
}
