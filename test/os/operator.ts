import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isCapsuleError } from '@capsule/core';
import { type RunOptions, type RunResult, run } from '@capsule/host';
import { until } from '../lab/until.ts';

const CAPSULECTL = join(import.meta.dirname, '../../bin/capsulectl');
/** The machine is emulated, and others use the processor. */
const LIMIT_MS = 6 * 60_000;

/** A person with a key of their own, who reaches the machine over the network alone. */
export class Operator implements AsyncDisposable {
  readonly #folder: string;
  readonly #port: number;

  private constructor(folder: string, port: number) {
    this.#folder = folder;
    this.#port = port;
  }

  /** `port`: of 127.0.0.1; leads to the API of the machine. */
  static async make(port: number): Promise<Operator> {
    return new Operator(await mkdtemp(join(tmpdir(), 'capsule-operator-')), port);
  }

  /** Also on a machine that needs longer than the five seconds that a client waits for a connection. */
  async adopt(code: string): Promise<void> {
    const address = `127.0.0.1:${this.#port}`;
    const words = ['adopt', address, '--yes', '--replace', '--code', code];
    await until('the adoption', LIMIT_MS, () => this.unlessAway(...words));
  }

  /** Undefined while the machine does not answer in time. */
  async unlessAway(...words: string[]): Promise<RunResult | undefined> {
    try {
      return await this.capsulectl(...words);
    } catch (error) {
      if (!isCapsuleError(error) || !isAway(String(error.facts['stderr']))) throw error;
      return undefined;
    }
  }

  capsulectl(...words: string[]): Promise<RunResult> {
    return this.capsulectlWith({}, ...words);
  }

  /** Fails for an exit code that `allow` does not have. */
  capsulectlWith(options: RunOptions, ...words: string[]): Promise<RunResult> {
    const { CAPSULE_HOST: _host, ...rest } = process.env;
    const env = { ...rest, CAPSULE_CONFIG_DIR: this.#folder };
    return run(CAPSULECTL, words, { env, timeoutMs: LIMIT_MS, ...options });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await rm(this.#folder, { recursive: true, force: true });
  }
}

/** Its own answers have other codes than the transport. */
function isAway(said: string): boolean {
  return / capsulectl explain API_/.test(said);
}
