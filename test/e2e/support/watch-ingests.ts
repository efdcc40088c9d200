import { watch } from 'node:fs';
import { join } from 'node:path';
import type { Lab } from '@capsule/testkit';

const INGESTS = 'perm/containerd/io.containerd.content.v1.content/ingest';

/** Watches the folder of containerd for unfinished writes. */
export function watchIngests({ stateDir }: Lab): Disposable & { readonly begun: Promise<void> } {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const watcher = watch(join(stateDir, INGESTS), () => resolve());
  watcher.on('error', reject);
  const timer = setTimeout(() => reject(new Error('containerd wrote nothing for 60 s')), 60_000);
  return {
    begun: promise,
    [Symbol.dispose]() {
      clearTimeout(timer);
      watcher.close();
      resolve();
    },
  };
}
