import { rename } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import { type HostProblem, printHostReport } from '@capsule/core';
import { writeFileAs } from '@capsule/host';
import { describeProblem } from '../host-errors.ts';
import type { HostSeen } from './look-at-host.ts';

export interface HostWatchParts {
  readonly look: () => Promise<HostSeen>;
  /** Where the report is for the capsule to read. */
  readonly reportPath: string;
  /** One line for the launcher's log. */
  readonly say: (line: string) => void;
  /** Between two looks. Default: 20 s. */
  readonly intervalMs?: number;
}

const INTERVAL_MS = 20_000;

/**
 * Keeps the report on the host up to date: a firewall or a VPN may start while the capsule runs. Nothing
 * that fails here ends it; a failure is printed once.
 */
export class HostWatch implements AsyncDisposable {
  readonly #parts: HostWatchParts;
  readonly #stop = new AbortController();
  #watching: Promise<void> = Promise.resolve();
  #host: readonly HostProblem[] = [];
  #ports: readonly HostProblem[] = [];
  #printed: ReadonlyMap<string, HostProblem> = new Map();
  #written: string | undefined;
  #failure: string | undefined;
  #writing: Promise<void> = Promise.resolve();

  constructor(parts: HostWatchParts) {
    this.#parts = parts;
  }

  /** Looks once, then from time to time. Returns the problems of the first look. */
  async start(): Promise<readonly HostProblem[]> {
    await this.look();
    this.#watching = this.#watch();
    return this.#host;
  }

  async look(): Promise<void> {
    const { problems, done } = await this.#parts.look();
    for (const line of done) this.#parts.say(line);
    this.#host = problems;
    await this.#report();
  }

  /** Takes the published ports that are not open on 127.0.0.1. */
  async setPorts(problems: readonly HostProblem[]): Promise<void> {
    this.#ports = problems;
    await this.#report();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    await this.#watching;
    await this.#writing;
  }

  async #watch(): Promise<void> {
    const { signal } = this.#stop;
    while (!signal.aborted) {
      const interval = this.#parts.intervalMs ?? INTERVAL_MS;
      await pause(interval, undefined, { signal, ref: false }).catch(() => undefined);
      if (!signal.aborted) await this.look().catch((error: unknown) => this.#fail(error));
    }
  }

  /** One after the other: the newest is the one that stays. */
  #report(): Promise<void> {
    this.#writing = this.#writing
      .then(() => this.#write())
      .catch((error: unknown) => this.#fail(error));
    return this.#writing;
  }

  async #write(): Promise<void> {
    const problems = [...this.#host, ...this.#ports];
    this.#print(problems);
    const text = printHostReport(problems);
    if (text === this.#written) return;
    const { reportPath } = this.#parts;
    await writeFileAs(`${reportPath}.new`, text, 0o644);
    await rename(`${reportPath}.new`, reportPath);
    this.#written = text;
    this.#failure = undefined;
  }

  #print(problems: readonly HostProblem[]): void {
    const now = new Map(problems.map((problem) => [describeProblem(problem), problem]));
    for (const line of now.keys()) if (!this.#printed.has(line)) this.#parts.say(line);
    for (const [line, { code, message }] of this.#printed) {
      if (!now.has(line)) this.#parts.say(`${code} is resolved: ${message}`);
    }
    this.#printed = now;
  }

  #fail(error: unknown): void {
    const text = String(error);
    if (text !== this.#failure) this.#parts.say(`the host cannot be checked: ${text}`);
    this.#failure = text;
  }
}
