import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { packCpio } from '@capsule/imager';
import { benchError } from '../errors.ts';
import type { MeasuredCapsule } from '../setting/measured-capsule.ts';
import type { WatchedCapsule } from '../setting/watched-capsule.ts';
import { machineOf } from './machine-process.ts';

const WORD = 'bare-init';
/** A kernel parameter that makes init print repeatedly. The kernel passes it to init as a variable. */
const STAY = 'STAY=1';
/** Prints its word, and powers the machine off. */
const INIT = `#!/bin/busybox sh
echo ${WORD}
while [ -n "$STAY" ]; do echo ${WORD}; /bin/busybox usleep 10000; done
exec /bin/busybox reboot -f
`;
/** Prints the time before the start of the machine and the time of init's word, in nanoseconds since 1970. */
const TIMED = `date +%s%N; timeout 15 "$@" </dev/null | while read -r line; do
  case "$line" in *${WORD}*) date +%s%N;; esac
done`;
/** An emulated kernel sometimes hangs before init runs, and the word would never arrive. */
const TRIES = 5;
/** The options of the monitor that define the board, the processor, the memory and the kernel. */
const KEPT = ['-machine', '-accel', '-cpu', '-smp', '-m', '-object', '-kernel', '-append'];
const INITRAMFS = '/perm/bare.cpio';

/**
 * A bare machine with the monitor and the kernel of a microVM of the capsule. It has the same board,
 * processors and memory, no disk, network or vsock, and an init that only prints a word.
 */
export class BareMachine {
  /** The command line of QEMU, with the console on stdout. */
  readonly command: readonly string[];
  readonly isKvm: boolean;
  readonly #capsule: WatchedCapsule<MeasuredCapsule>;

  private constructor(capsule: WatchedCapsule<MeasuredCapsule>, command: readonly string[]) {
    this.#capsule = capsule;
    this.command = command;
    this.isKvm = command[command.indexOf('-accel') + 1] === 'kvm';
  }

  /** Creates a bare machine like the running microVM `name`. `busybox` is the path of a static busybox. */
  static async like(
    capsule: WatchedCapsule<MeasuredCapsule>,
    name: string,
    busybox = '/bin/busybox',
  ): Promise<BareMachine> {
    const { pid } = await machineOf(capsule, name);
    const words = await readFile(capsule.pathOf(`/proc/${pid}/cmdline`), 'utf8');
    const [program = '', ...options] = words.split('\0').slice(0, -1);
    await writeFile(join(capsule.lab.stateDir, INITRAMFS), await packInitramfs(busybox));
    return new BareMachine(capsule, [
      program,
      ...options.flatMap((word, index) =>
        KEPT.includes(word) ? [word, options[index + 1] ?? ''] : [],
      ),
      ...['-nodefaults', '-no-user-config', '-no-reboot', '-display', 'none', '-serial', 'stdio'],
      ...['-initrd', INITRAMFS],
    ]);
  }

  /** The mode, for the names of figures. */
  get mode(): string {
    return this.isKvm ? 'KVM' : 'emulated';
  }

  /** The command line of a machine whose init prints repeatedly; `options` replace the console. */
  staying(options: readonly string[]): readonly string[] {
    const words = this.command.filter((word) => word !== '-serial' && word !== 'stdio');
    return [
      ...words.map((word) => (word.includes('console=') ? `${word} ${STAY}` : word)),
      ...options,
    ];
  }

  /** The time from the start of the monitor to the first word of init, in milliseconds. */
  async boot(): Promise<number> {
    for (let tried = 0; tried < TRIES; tried += 1) {
      const argv = ['sh', '-c', TIMED, 'timed', ...this.command];
      const { stdout } = await this.#capsule.lab.exec(argv);
      const [begun = '', spoken] = stdout.trim().split('\n');
      if (spoken !== undefined) return Number(BigInt(spoken) - BigInt(begun)) / 1e6;
    }
    throw benchError.COMMAND_FAILED({ command: 'bare boot', said: 'init does not speak' });
  }
}

async function packInitramfs(busybox: string): Promise<Buffer> {
  return packCpio([
    { path: 'bin', mode: 0o755 },
    { path: 'bin/busybox', content: await readFile(busybox), mode: 0o755 },
    { path: 'dev', mode: 0o755 },
    { path: 'dev/console', device: [5, 1], mode: 0o600 },
    { path: 'init', content: Buffer.from(INIT), mode: 0o755 },
  ]);
}
