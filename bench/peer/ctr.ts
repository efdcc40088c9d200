import type { Lab } from '@capsule/testkit';

/** A namespace of its own: the capsule does not look after what runs there. */
const NAMESPACE = 'capsule-bench';

/** `ctr`, inside a capsule, against the same containerd, runtime and disk as capsuled. */
export class Ctr {
  readonly #lab: Lab;

  constructor(lab: Lab) {
    this.#lab = lab;
  }

  /** `ctr run -d` without a network; the process runs when the command returns. Milliseconds. */
  async run(name: string, image: string): Promise<number> {
    const begunAt = performance.now();
    await this.#ctr(['run', '--detach', image, name]);
    return performance.now() - begunAt;
  }

  async remove(name: string): Promise<void> {
    await this.#ctr(['tasks', 'rm', '--force', name]);
    await this.#ctr(['containers', 'rm', name]);
  }

  /** `path` as the capsule sees it. Unpacks, as `image push` does. Milliseconds. */
  async importArchive(path: string): Promise<number> {
    const begunAt = performance.now();
    await this.#ctr(['images', 'import', path]);
    return performance.now() - begunAt;
  }

  /** With all that only this image needs, at once. */
  async removeImage(name: string): Promise<void> {
    await this.#ctr(['images', 'rm', '--sync', name]);
  }

  /** The cost of every use of `ctr`: entering the capsule and starting the program. */
  async nothing(): Promise<number> {
    const begunAt = performance.now();
    await this.#ctr(['--version']);
    return performance.now() - begunAt;
  }

  async #ctr(args: readonly string[]): Promise<void> {
    await this.#lab.exec(['ctr', '--namespace', NAMESPACE, ...args], { timeoutMs: 600_000 });
  }
}
