export interface CommandParts {
  readonly command: readonly string[];
  readonly args: readonly string[];
  readonly imageEntrypoint: readonly string[];
  readonly imageCmd: readonly string[];
}

/**
 * Returns the command line by Kubernetes' rule: `command` replaces the entrypoint, and also drops the image's
 * cmd, which belongs to that entrypoint; `args` alone replaces only the cmd. Empty when there is nothing to
 * run.
 */
export function describeCommand(parts: CommandParts): string[] {
  if (parts.command.length > 0) return [...parts.command, ...parts.args];
  const tail = parts.args.length > 0 ? parts.args : parts.imageCmd;
  return [...parts.imageEntrypoint, ...tail];
}
