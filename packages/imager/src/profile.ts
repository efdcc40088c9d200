/** What a rootfs is made of. A document: the plan is derived from it and from nothing else. */
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
  /** Configuration files by absolute path. */
  readonly files: Readonly<Record<string, ProfileFile>>;
  /** Empty directories that must exist. */
  readonly directories: readonly string[];
}

export interface ProfileFile {
  readonly content: string;
  /** Permission bits; 0644 when absent. */
  readonly mode?: number;
}
