import { readFile, rm } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { type RunOptions, run } from '@capsule/host';
import {
  consoleLog,
  hostNames,
  launcherLog,
  type Started,
  stopCapsule,
  waitForApi,
} from '@capsule/launcher';
import { type LabRegistry, startLabRegistry } from '../registry/lab-registry.ts';
import { labError } from './errors.ts';
import { findLeaks, type Traces, tracesOf } from './find-leaks.ts';
import type { Lab } from './lab.ts';
import { gone, servicePid } from './service-pid.ts';

export interface LabParts {
  readonly name: string;
  readonly stateDir: string;
  /** The images that the registry serves; undefined for no registry. */
  readonly storage: string | undefined;
  readonly repository: string;
  /** Starts the capsule, also again after it was stopped. */
  readonly boot: () => Promise<Started>;
}

const READY_TIMEOUT_MS = 30_000;
/** `ctr` and `sudo` of the capsule, for commands as documentation prints them. */
const PROGRAMS = join(import.meta.dirname, 'bin');

/** The one implementation of a lab. Make it through `startLab`. */
export class RunningLab implements Lab {
  readonly name: string;
  readonly stateDir: string;
  readonly netns: string;
  readyMs = 0;
  registry: LabRegistry | undefined;
  readonly #parts: LabParts;
  #started: Started | undefined;
  #traces: Traces | undefined;
  #over = false;

  constructor(parts: LabParts) {
    this.name = parts.name;
    this.stateDir = parts.stateDir;
    this.netns = hostNames(parts.name).netns;
    this.#parts = parts;
  }

  /** Boots. When it fails, dispose the lab all the same. */
  async begin(): Promise<void> {
    const begunAt = performance.now();
    this.#started = await this.#parts.boot();
    const registry = this.#startRegistry();
    registry.catch(() => undefined); // reported below, when the capsule's own answer is known
    try {
      await this.ready();
      this.readyMs = performance.now() - begunAt;
    } finally {
      this.registry = await registry;
    }
    // Not before: PID 1 exists a moment before it has all its namespaces, and until then shares those of this process.
    this.#traces = await tracesOf(this.name, this.stateDir, this.pid);
  }

  #startRegistry(): Promise<LabRegistry | undefined> {
    const { storage } = this.#parts;
    if (storage === undefined) return Promise.resolve(undefined);
    const { netns, stateDir } = this;
    const perm = join(stateDir, 'perm');
    return startLabRegistry({ storage, netns, scratch: stateDir, perm });
  }

  get #claim() {
    if (this.#started === undefined) throw labError.NO_PROCESS({ program: 'capsule' });
    return this.#started.claim;
  }

  get host(): string {
    return `unix:${this.#claim.socket}`;
  }

  get address(): string {
    return this.#claim.subnet.capsuleAddress;
  }

  get hostAddress(): string {
    return this.#claim.subnet.hostAddress;
  }

  get pid(): number {
    return this.#claim.pid ?? 0;
  }

  get env(): Readonly<Record<string, string | undefined>> {
    const { NODE_OPTIONS: ours, NODE_TEST_CONTEXT: _tests, ...rest } = process.env;
    return {
      ...rest,
      // Where answers are recorded, programs of the lab record theirs too: `tools/record.ts`.
      ...(rest['CAPSULE_RECORDING'] === undefined ? {} : { NODE_OPTIONS: ours }),
      PATH: [PROGRAMS, join(this.#parts.repository, 'bin'), process.env['PATH']].join(delimiter),
      CAPSULE_HOST: this.host,
      CAPSULE_LAB_NAME: this.name,
      CAPSULE_LAB_ADDRESS: this.address,
      CAPSULE_LAB_STATE: this.stateDir,
      CAPSULE_LAB_NETNS: this.netns,
      CAPSULE_LAB_PID: String(this.pid),
    };
  }

  capsulectl(...args: string[]) {
    return this.capsulectlWith({}, ...args);
  }

  capsulectlWith(options: RunOptions, ...args: string[]) {
    const allow = Array.from({ length: 256 }, (_, code) => code);
    return run(join(this.#parts.repository, 'bin/capsulectl'), args, {
      env: this.env,
      allow,
      ...options,
    });
  }

  exec(argv: readonly string[], options: RunOptions = {}) {
    const into = ['-t', String(this.pid), '-m', '-n', '-p', '-u', '-i', '-C', '--'];
    return run('nsenter', [...into, ...argv], { env: { PATH: '/usr/sbin:/usr/bin' }, ...options });
  }

  onItsNetwork(argv: readonly string[], options: RunOptions = {}) {
    return run('nsenter', ['-t', String(this.pid), '-n', '--', ...argv], options);
  }

  ctr(...args: string[]) {
    return this.exec(['ctr', '--namespace', 'kukeon-main', ...args]);
  }

  servicePid(service: 'capsuled' | 'containerd') {
    return servicePid(this.pid, service);
  }

  killCapsuled() {
    return this.#kill('capsuled');
  }

  killContainerd() {
    return this.#kill('containerd');
  }

  async #kill(service: 'capsuled' | 'containerd'): Promise<void> {
    const pid = await this.servicePid(service);
    process.kill(pid, 'SIGKILL');
    await gone(pid);
  }

  async ready(): Promise<number> {
    if (this.#started === undefined) throw labError.NO_PROCESS({ program: 'capsule' });
    return waitForApi(this.#started, READY_TIMEOUT_MS);
  }

  async restart(): Promise<void> {
    await this.#stop();
    await this.begin();
  }

  async logs(): Promise<string> {
    const paths = [launcherLog(this.stateDir), consoleLog(this.stateDir)];
    return (await Promise.all(paths.map((path) => readFile(path, 'utf8')))).join('\n');
  }

  async #stop(): Promise<void> {
    await this.registry?.[Symbol.asyncDispose]();
    this.registry = undefined;
    await stopCapsule(this.name);
    await this.#started?.launcherEnded;
    await using traces = this.#traces;
    this.#traces = undefined;
    const leaks = traces === undefined ? [] : await findLeaks(traces);
    if (leaks.length > 0) throw labError.LEAKED({ name: this.name, leaks });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#over) return;
    this.#over = true;
    try {
      await this.#stop();
    } finally {
      await rm(this.stateDir, { recursive: true, force: true });
    }
  }
}
