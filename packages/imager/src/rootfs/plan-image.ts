import { digestOf } from '../cache/digest.ts';
import type { Profile, ProfileFile } from '../profile.ts';

/** What each kind of step needs to know; everything that its result depends on is in here. */
export interface StepArgs {
  base: Pick<Profile, 'suite' | 'packages' | 'fromSid' | 'pruned' | 'checks'> & {
    readonly architecture: string;
  };
  node: { readonly version: string; readonly architecture: string };
  native: { readonly sources: string; readonly architecture: string };
  config: {
    readonly files: Readonly<Record<string, ProfileFile>>;
    readonly directories: readonly string[];
  };
  bundle: { readonly sources: string };
}

export type StepName = keyof StepArgs;

/** One layer of the rootfs. `key` names it in the cache: same key, same content. */
export type Step = {
  [N in StepName]: { readonly do: N; readonly key: string; readonly args: StepArgs[N] };
}[StepName];

/** Digests and versions of what is built from: found by `readSources`. */
export interface Sources {
  /** As Node names it: `x64`, `arm64`. */
  readonly architecture: string;
  readonly nodeVersion: string;
  /** Digest of native/. */
  readonly native: string;
  /** Digest of everything that ends in capsuled's bundle. */
  readonly bundle: string;
  /** Digest of the code that carries out each step. */
  readonly recipes: Readonly<Record<StepName, string>>;
}

/**
 * The layers of a rootfs, lowest first. Pure: equal arguments give equal keys, and a change of
 * one input changes the key of its own layer only.
 */
export function planImage(profile: Profile, sources: Sources): readonly Step[] {
  const { architecture } = sources;
  const { suite, packages, fromSid, pruned, checks, files, directories } = profile;
  const args: StepArgs = {
    base: { suite, packages, fromSid, pruned, checks, architecture },
    node: { version: sources.nodeVersion, architecture },
    native: { sources: sources.native, architecture },
    config: { files, directories },
    bundle: { sources: sources.bundle },
  };
  const order: readonly StepName[] = ['base', 'node', 'native', 'config', 'bundle'];
  return order.map((name) => {
    const key = `${name}-${digestOf({ recipe: sources.recipes[name], args: args[name] })}`;
    return { do: name, key, args: args[name] } as Step;
  });
}

/** One line for a person. */
export function describeStep(step: Step): string {
  switch (step.do) {
    case 'base':
      return `Debian ${step.args.suite} base with containerd ${Object.values(step.args.fromSid).join()}`;
    case 'node':
      return `Node ${step.args.version}`;
    case 'native':
      return 'native programs';
    case 'config':
      return 'configuration';
    case 'bundle':
      return 'capsuled';
  }
}
