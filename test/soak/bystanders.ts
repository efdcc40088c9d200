import { isDeepStrictEqual } from 'node:util';
import { capsulectl } from '../lab/capsulectl.ts';
import { wordsOf } from '../lab/process.ts';
import { getWorkload, type RunningWorkload, runWorkload } from '../lab/workload.ts';
import { Violation } from './journal.ts';
import type { Setting } from './setting.ts';

/** The time within which capsuled notices that containerd is back. */
const AGAIN_MS = 5_000;
const COUNT = 'i=0; while :; do i=$((i+1)); echo $i; sleep 0.1; done';

/** Workloads that no operation changes: nothing about them may change. */
export class Bystanders {
  readonly #setting: Setting;
  readonly #before: readonly RunningWorkload[];

  private constructor(setting: Setting, before: readonly RunningWorkload[]) {
    this.#setting = setting;
    this.#before = before;
  }

  static async start(setting: Setting): Promise<Bystanders> {
    const { lab, image } = setting;
    const ports = [{ containerPort: 80, hostPort: 19_999 }];
    return new Bystanders(setting, [
      await runWorkload(lab, 'bridged', { image, ports }),
      await runWorkload(lab, 'hosted', { image, networkMode: 'NETWORK_MODE_HOST' }),
      await runWorkload(lab, 'counting', { image, command: ['/bin/sh', '-c', COUNT] }),
    ]);
  }

  get names(): readonly string[] {
    return this.#before.map(({ name }) => name);
  }

  /** Throws `Violation` if a workload was disturbed, or if its log has a gap. */
  async check(): Promise<void> {
    const { lab } = this.#setting;
    for (const before of this.#before) {
      await this.#checkShown(before);
      // Throws if the process does not exist.
      await wordsOf(lab, before.status.pid, 'cmdline');
    }
    const { stdout } = await capsulectl(lab, ['workload', 'logs', 'counting']);
    const lines = stdout.split('\n').slice(0, -1).map(Number);
    const hole = lines.findIndex((line, index) => line !== (lines[0] ?? 1) + index);
    if (hole >= 0) throw new Violation(`the log of counting has ${lines[hole]} in line ${hole}`);
  }

  /** Until shortly after containerd is back, its status may say that containerd is down. */
  async #checkShown(before: RunningWorkload): Promise<void> {
    const deadline = performance.now() + AGAIN_MS;
    for (;;) {
      const now = await getWorkload(this.#setting.lab, before.name);
      if (isDeepStrictEqual(now, before)) return;
      const isAway = now.status.reason === 'RUNTIME_UNAVAILABLE';
      if (!isAway || performance.now() > deadline) {
        const texts = [before, now].map((each) => JSON.stringify(each.status));
        throw new Violation(`${before.name} was disturbed:\n  ${texts.join('\n  ')}`);
      }
    }
  }
}
