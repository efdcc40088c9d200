/** The choices of a container's `securityOpts`; absent: as usual for it. */
export interface SecurityChoice {
  /** Whether its programs may gain no privileges; usual: true, unless it is privileged. */
  readonly noNewPrivileges?: boolean;
  /** No system call is filtered. Masked paths and dropped capabilities stay. */
  readonly seccomp?: 'unconfined';
}

const CHOICES: Readonly<Record<string, SecurityChoice>> = {
  'no-new-privileges': { noNewPrivileges: true },
  'no-new-privileges=true': { noNewPrivileges: true },
  'no-new-privileges=false': { noNewPrivileges: false },
  'seccomp=unconfined': { seccomp: 'unconfined' },
};

/** All that `securityOpts` may hold; `:` serves for `=`, as in Docker. */
export const SECURITY_OPTS: readonly string[] = Object.keys(CHOICES);

/** Reads options that are allowed together. Pure. */
export function readSecurityOpts(opts: readonly string[]): SecurityChoice {
  return Object.assign({}, ...opts.map((opt) => choiceOf(opt) ?? {}));
}

/** Why an option cannot stand where it does; undefined when it can. `before`: the options in front of it. Pure. */
export function problemOfSecurityOpt(opt: string, before: readonly string[]): string | undefined {
  const choice = choiceOf(opt);
  if (choice === undefined) return 'is not a security option';
  const made = Object.keys(readSecurityOpts(before));
  return Object.keys(choice).some((key) => made.includes(key)) ? 'is decided twice' : undefined;
}

function choiceOf(opt: string): SecurityChoice | undefined {
  const word = opt.replace(':', '=');
  return Object.hasOwn(CHOICES, word) ? CHOICES[word] : undefined;
}
