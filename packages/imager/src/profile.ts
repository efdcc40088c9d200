/** As Node names it. */
export type Architecture = 'x64' | 'arm64';

/** The contents of a rootfs. A document: the plan is derived from it and from nothing else. */
export interface Profile {
  readonly name: string;
  /** Debian suite of everything that `fromSid` does not name. */
  readonly suite: string;
  readonly packages: readonly string[];
  /** Packages taken from Debian sid instead, with the versions that are accepted there. */
  readonly fromSid: Readonly<Record<string, string>>;
  /** Paths of the base that nothing at run time reads; a trailing `/` removes a directory. */
  readonly pruned: readonly string[];
  /** Command lines that must succeed inside the finished base. */
  readonly checks: readonly (readonly string[])[];
  /** The programs that run virtual machines, for each architecture. */
  readonly vmm: Readonly<Record<Architecture, ProgramSet>>;
  /** The kernel and first root of microVMs. */
  readonly guest: GuestProfile;
  /** Configuration files by absolute path. */
  readonly files: Readonly<Record<string, ProfileFile>>;
  /** Empty directories that must exist. */
  readonly directories: readonly string[];
  /** Parts for a capsule that is a machine of its own; absent where it runs on the kernel of a host. */
  readonly machine?: MachineProfile;
}

/** A kernel, and what drives and configures hardware. */
export interface MachineProfile {
  /** Debian's package of the kernel. */
  readonly kernel: Readonly<Record<Architecture, string>>;
  /** Kernel modules without which the root is not found, for the initramfs. */
  readonly firstModules: readonly string[];
  readonly programs: ProgramSet;
  /** Configuration files by absolute path; they win over those of the rest of the profile. */
  readonly files: Readonly<Record<string, ProfileFile>>;
}

/** Programs out of Debian packages; only they and the files that they need are kept. */
export interface ProgramSet {
  readonly packages: readonly string[];
  /** As in a profile. */
  readonly fromSid: Readonly<Record<string, string>>;
  /** Absolute paths; the shared libraries that they are linked with come along. */
  readonly programs: readonly string[];
  /** Other files that they read. */
  readonly data: readonly string[];
  /** Command lines that must succeed on top of the base. */
  readonly checks: readonly (readonly string[])[];
}

/** The first root of every microVM, in addition to our own programs. */
export interface GuestProfile {
  /** The OCI runtime that payloads run under: a Debian package and the program's absolute path. */
  readonly runtime: { readonly package: string; readonly program: string };
  /** Kernel modules that the agent loads, in this order, where they are not built in. */
  readonly modules: readonly string[];
}

export interface ProfileFile {
  readonly content: string;
  /** Permission bits; 0644 when absent. */
  readonly mode?: number;
}
