import { run } from '@capsule/host';
import { imagerError } from '../errors.ts';

/** Stacks the second directory upon the first, in a mount namespace of its own, and runs the rest. */
const STACK = `set -e
lower=$1 upper=$2
shift 2
mount -t overlay -o "lowerdir=$upper:$lower" overlay "$upper"
exec chroot "$upper" "$@"
`;

/** Fails with `PROGRAM_BROKEN` when a command does not succeed in `layer` on top of `base`. */
export async function checkStacked(
  base: string,
  layer: string,
  commands: readonly (readonly string[])[],
): Promise<void> {
  const stack = ['--mount', '--propagation=private', 'sh', '-c', STACK, 'sh', base, layer];
  for (const command of commands) {
    try {
      await run('unshare', [...stack, ...command]);
    } catch (cause) {
      const said = (cause as { facts?: { stderr?: string } }).facts?.stderr ?? String(cause);
      throw imagerError.PROGRAM_BROKEN({ program: command[0] ?? '', said: said.trim() }, cause);
    }
  }
}
