import type { Lab } from '@capsule/testkit';

/** A separate namespace that the capsule does not manage. */
const NAMESPACE = 'capsule-bench';

/** `ctr` in a capsule, with the same containerd, runtime and disk as capsuled. */
export class Ctr {
  readonly #lab: Lab;

  constructor(lab: Lab) {
    this.#lab = lab;
  }

  /**
   * Runs `ctr run -d` without a network. The process runs when the command returns. Returns the time in
   * milliseconds.
   */
  async run(name: string, image: string): Promise<number> {
    const begunAt = performance.now();
    await this.#ctr(['run', '--detach', image, name]);
    return performance.now() - begunAt;
  }

  /** Runs a command in a running container. Milliseconds. */
  async exec(name: string, id: string, command: readonly string[]): Promise<number> {
    const begunAt = performance.now();
    await this.#ctr(['tasks', 'exec', '--exec-id', id, name, ...command]);
    return performance.now() - begunAt;
  }

  async remove(name: string): Promise<void> {
    await this.#ctr(['tasks', 'rm', '--force', name]);
    await this.#ctr(['containers', 'rm', name]);
  }

  /**
   * `path` is a path of the capsule. Unpacks the image, like `image push`. Returns the time in milliseconds.
   */
  async importArchive(path: string): Promise<number> {
    const begunAt = performance.now();
    await this.#ctr(['images', 'import', path]);
    return performance.now() - begunAt;
  }

  /** Also removes all content that only this image needs, immediately. */
  async removeImage(name: string): Promise<void> {
    await this.#ctr(['images', 'rm', '--sync', name]);
  }

  /** The overhead of each use of `ctr`: to enter the capsule and start the program. */
  async nothing(): Promise<number> {
    const begunAt = performance.now();
    await this.#ctr(['--version']);
    return performance.now() - begunAt;
  }

  async #ctr(args: readonly string[]): Promise<void> {
    await this.#lab.exec(['ctr', '--namespace', NAMESPACE, ...args], { timeoutMs: 600_000 });
  }
}
