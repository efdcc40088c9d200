import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Protocol } from '@capsule/core';
import { labError } from '../lab/errors.ts';
import type { TrafficAnswer, TrafficRequest } from './protocol.ts';

export interface Served {
  readonly protocol: Protocol;
  readonly port: number;
  /** Default: every address. */
  readonly address?: string;
}

export interface Asked {
  readonly protocol: Protocol;
  readonly address: string;
  readonly port: number;
  /** Default: any free one. */
  readonly sourcePort?: number;
  /** How long to wait before silence is the answer. */
  readonly patienceMs?: number;
}

type WithoutId<T> = T extends unknown ? Omit<T, 'id'> : never;

/** A process in a network namespace, given by name or absolute path (our own without), that serves and asks. */
export class TrafficAgent implements AsyncDisposable {
  readonly #child: ChildProcess;
  readonly #waiting = new Map<number, PromiseWithResolvers<string>>();
  #lastId = 0;

  constructor(namespace?: string) {
    const program = [process.execPath, join(import.meta.dirname, 'agent.ts')];
    const [command = '', ...args] = [...enter(namespace), ...program];
    this.#child = spawn(command, args, { stdio: ['pipe', 'pipe', 'inherit'] });
    const output = this.#child.stdout;
    if (output) createInterface({ input: output }).on('line', (line) => this.#answered(line));
    this.#child.on('close', () => {
      for (const { reject } of this.#waiting.values()) reject(labError.AGENT_ENDED({ namespace }));
    });
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  /** Answers everyone with `name` and the address that it sees as the sender's. */
  async serve(name: string, { address = '0.0.0.0', ...served }: Served): Promise<void> {
    await this.#request({ do: 'serve', name, address, ...served });
  }

  /** `web saw 10.0.0.1`, `refused` or `silent`. */
  ask({ sourcePort = 0, patienceMs = 10_000, ...asked }: Asked): Promise<string> {
    return this.#request({ do: 'ask', sourcePort, patienceMs, ...asked });
  }

  /** Sends bytes and returns the ones that come back, or the word that `ask` has for it. */
  async exchange(
    payload: Buffer,
    { sourcePort = 0, patienceMs = 10_000, ...asked }: Asked,
  ): Promise<Buffer | 'refused' | 'silent'> {
    const encoded = payload.toString('base64');
    const request = { do: 'ask', sourcePort, patienceMs, payload: encoded, ...asked } as const;
    const answer = await this.#request(request);
    return answer === 'refused' || answer === 'silent' ? answer : Buffer.from(answer, 'base64');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    this.#child.stdin?.end();
    await once(this.#child, 'exit');
  }

  #request(request: WithoutId<TrafficRequest>): Promise<string> {
    this.#lastId += 1;
    const answer = Promise.withResolvers<string>();
    this.#waiting.set(this.#lastId, answer);
    this.#child.stdin?.write(`${JSON.stringify({ ...request, id: this.#lastId })}\n`);
    return answer.promise;
  }

  #answered(line: string): void {
    const { id, answer } = JSON.parse(line) as TrafficAnswer;
    this.#waiting.get(id)?.resolve(answer);
    this.#waiting.delete(id);
  }
}

function enter(namespace: string | undefined): readonly string[] {
  if (namespace === undefined) return [];
  if (namespace.startsWith('/')) return ['nsenter', `--net=${namespace}`, '--'];
  return ['ip', 'netns', 'exec', namespace];
}
