import type { Lab } from '@capsule/testkit';

/** The contents of containerd, as its own program `ctr` lists them: sorted names. */
export interface ContainerStore {
  readonly images: readonly string[];
  readonly leases: readonly string[];
  readonly content: readonly string[];
  /** Unfinished writes of content. */
  readonly ingests: readonly string[];
  readonly snapshots: readonly string[];
}

export async function readContainerStore(lab: Lab): Promise<ContainerStore> {
  const list = async (...words: string[]) => {
    const { stdout } = await lab.ctr(...words);
    const lines = stdout.split('\n').filter((line) => line.trim() !== '');
    const names = lines.map((line) => line.split(/\s/)[0] ?? '');
    // Without -q there is a title.
    return (words.includes('-q') ? names : names.slice(1)).sort();
  };
  const [images, leases, content, ingests, snapshots] = await Promise.all([
    list('images', 'ls', '-q'),
    list('leases', 'ls', '-q'),
    list('content', 'ls', '-q'),
    list('content', 'active'),
    list('snapshots', 'ls'),
  ]);
  return { images, leases, content, ingests, snapshots };
}
