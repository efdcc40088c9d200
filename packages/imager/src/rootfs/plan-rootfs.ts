import { digestOf } from '../cache/digest.ts';
import type { Architecture, GuestProfile, Profile, ProfileFile, ProgramSet } from '../profile.ts';

/** The arguments of each kind of step: everything that its result depends on. */
export interface StepArgs {
  base: Pick<Profile, 'suite' | 'packages' | 'fromSid' | 'pruned' | 'checks'> & {
    readonly architecture: string;
  };
  vmm: ProgramSet &
    Pick<Profile, 'suite'> & {
      /** Key of the base: files that the base has are left out. */
      readonly base: string;
      /** Digest of Firecracker and its jailer. */
      readonly firecracker?: string;
    };
  node: { readonly version: string; readonly architecture: string };
  native: { readonly sources: string; readonly architecture: string };
  guest: GuestProfile &
    Pick<Profile, 'suite'> & {
      readonly architecture: string;
      /** Key of the native programs, two of which go in. */
      readonly native: string;
      /** Key of our own kernel, if it has been built: it is added beside Debian's. */
      readonly kernel?: string;
    };
  config: {
    readonly files: Readonly<Record<string, ProfileFile>>;
    readonly directories: readonly string[];
  };
  cli: { readonly sources: string };
  capsuled: { readonly sources: string };
  hardware: ProgramSet &
    Pick<Profile, 'suite'> & {
      /** Key of the base: files that the base has are left out. */
      readonly base: string;
      /** Debian's package. */
      readonly kernel: string;
    };
  machine: {
    readonly files: Readonly<Record<string, ProfileFile>>;
    readonly sources: string;
  };
}

export type StepName = keyof StepArgs;

/** One layer of the rootfs. `key` names it in the cache: same key, same content. */
export type Step = {
  [N in StepName]: { readonly do: N; readonly key: string; readonly args: StepArgs[N] };
}[StepName];

/** Digests and versions of the inputs, from `readSources`. */
export interface Sources {
  readonly architecture: Architecture;
  readonly nodeVersion: string;
  /** Digest of native/. */
  readonly native: string;
  /** Key of our own kernel of microVMs, when the cache has it. */
  readonly guestKernel?: string;
  /** Digest of Firecracker and its jailer, where they were given or fetched. */
  readonly firecracker?: string;
  /** Digest of everything that is bundled into capsulectl and kuke. */
  readonly cli: string;
  /** Digest of everything that is bundled into capsuled. */
  readonly capsuled: string;
  /** Digest of everything that is bundled into the program that prepares a machine. */
  readonly machine: string;
  /** Digest of the code that carries out each step. */
  readonly recipes: Readonly<Record<StepName, string>>;
}

/**
 * The layers of a rootfs, lowest first. Pure: equal arguments give equal keys, and a change of
 * one input changes the keys of its own layer and of the layers made from that one.
 */
export function planRootfs(profile: Profile, sources: Sources): readonly Step[] {
  const { architecture, recipes } = sources;
  const { suite, packages, fromSid, pruned, checks, files, directories } = profile;
  const plan = <N extends StepName>(name: N, args: StepArgs[N]) => {
    const key = `${name}-${digestOf({ recipe: recipes[name], args })}`;
    return { do: name, key, args } as Extract<Step, { readonly do: N }>;
  };
  const base = plan('base', { suite, packages, fromSid, pruned, checks, architecture });
  const { guestKernel: kernel, firecracker } = sources;
  const native = plan('native', { sources: sources.native, architecture });
  return [
    base,
    plan('vmm', {
      ...profile.vmm[architecture],
      suite,
      base: base.key,
      ...(firecracker === undefined ? {} : { firecracker }),
    }),
    plan('node', { version: sources.nodeVersion, architecture }),
    native,
    plan('guest', {
      ...profile.guest,
      suite,
      architecture,
      native: native.key,
      ...(kernel === undefined ? {} : { kernel }),
    }),
    plan('config', { files, directories }),
    plan('cli', { sources: sources.cli }),
    plan('capsuled', { sources: sources.capsuled }),
    ...(profile.machine === undefined
      ? []
      : [
          plan('hardware', {
            ...profile.machine.programs,
            suite,
            base: base.key,
            kernel: profile.machine.kernel[architecture],
          }),
          plan('machine', { files: profile.machine.files, sources: sources.machine }),
        ]),
  ];
}

/** One line for a person. */
export function describeStep(step: Step): string {
  switch (step.do) {
    case 'base':
      return `Debian ${step.args.suite} base with containerd ${Object.values(step.args.fromSid).join()}`;
    case 'vmm':
      return `QEMU of Debian ${step.args.suite}${step.args.firecracker === undefined ? '' : ', and Firecracker'}`;
    case 'node':
      return `Node ${step.args.version}`;
    case 'native':
      return 'native programs';
    case 'guest': {
      const { runtime, suite, kernel } = step.args;
      const owner = kernel === undefined ? `Debian ${suite}'s kernel` : 'our own kernel';
      return `first root of microVMs with ${runtime.package} and ${owner}`;
    }
    case 'config':
      return 'configuration';
    case 'cli':
      return 'capsulectl and kuke';
    case 'capsuled':
      return 'capsuled';
    case 'hardware':
      return `drivers of ${step.args.kernel}, and programs for hardware`;
    case 'machine':
      return 'configuration of the machine';
  }
}
