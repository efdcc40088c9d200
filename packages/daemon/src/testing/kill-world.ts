import { randomUUID } from 'node:crypto';
import { keyedLock, type NameResponder, type VolumeSpec } from '@capsule/core';
import { Database } from '@capsule/engine';
import type { DesiredCell } from '../cell/apply.ts';
import { ManifestCommands } from '../manifest/commands.ts';
import { type DesiredScope, manifestKinds } from '../manifest/kinds.ts';
import { Projector } from '../projection/projector.ts';
import { scopeMaker } from '../scope/make.ts';
import type { Ports } from '../system/ports.ts';
import { Capsuled } from './cell-world.ts';
import type { KillFakes, KillOutside } from './kill-outside.ts';
import { type KillMoment, KillSwitch } from './kill-switch.ts';
import { killablePort } from './killable-port.ts';
import { KillableStore } from './killable-store.ts';

/** The resources that a file declares. */
export interface TestFile {
  readonly scopes?: readonly DesiredScope[];
  readonly volumes?: readonly VolumeSpec[];
  readonly cells: readonly DesiredCell[];
}

/** A store and an outside, which outlive each capsuled that is killed on them. */
export class KillWorld implements AsyncDisposable {
  readonly outside: KillOutside;
  readonly projection: KillFakes['projection'];
  readonly #respondNames: KillFakes['respondNames'];
  readonly #path = `file:${randomUUID()}?mode=memory&cache=shared`;
  /** The store in memory goes with its last connection. */
  readonly #store = new Database(this.#path);
  #running: Running;

  /** A copy of a store costs less than the migrations of a new one. */
  constructor(empty: Database, { outside, projection, respondNames }: KillFakes) {
    this.outside = outside;
    this.projection = projection;
    this.#respondNames = respondNames;
    empty.exec(`VACUUM INTO '${this.#path}'`);
    this.#running = this.#boot();
  }

  get capsuled(): Capsuled {
    return this.#running.capsuled;
  }

  get kill(): KillSwitch {
    return this.#running.kill;
  }

  /** Names are answered by capsuled itself. */
  get names(): Running['names'] {
    return this.#running.names;
  }

  get store(): Database {
    return this.#store;
  }

  /** Another capsuled takes the place of the killed one, and counts its effects from its start. */
  restart(moment?: KillMoment): void {
    this.#end();
    this.#running = this.#boot(moment);
  }

  /** Resolves when the capsuled is killed, or all that can happen by itself now has happened. */
  async settle(): Promise<void> {
    await Promise.race([this.capsuled.settle(), this.kill.killed]);
  }

  /** Applies a file as the service of manifests does, and returns a word for each resource. */
  async apply({ scopes = [], volumes = [], cells }: TestFile): Promise<readonly string[]> {
    const { cells: area, volumes: volumeArea, workloads } = this.capsuled.resources;
    const kinds = manifestKinds({
      registries: { apply: () => Promise.reject(new Error('no file declares registries')) },
      scopes: area.scopeCommands,
      ranges: area.ranges,
      cells: area.applier,
      volumes: volumeArea.commands,
      workloads: workloads.commands,
    });
    const { db } = this.capsuled.base;
    const manifests = new ManifestCommands({ db, kinds, lock: keyedLock() });
    const none = { registries: [], workloads: [] };
    const applied = await manifests.apply({ scopes, volumes, cells, ...none });
    return [...applied.scopes, ...applied.volumes, ...applied.cells].map((one) => {
      if (one === undefined) return '-';
      return 'error' in one ? one.error.code : one.applied.change;
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#end();
    this.#store.close();
  }

  #boot(moment?: KillMoment): Running {
    const kill = new KillSwitch();
    kill.arm(moment);
    const names = this.#respondNames();
    const db = new KillableStore(this.#path, kill);
    const capsuled = new Capsuled(db, this.#ports(kill, names));
    const { scopes, cells } = capsuled.resources.records;
    const projection = killablePort(this.projection, 'projection', kill);
    const { runtimeId } = this.outside;
    const projector = new Projector({ projection, scopes, cells, runtimeId, ...capsuled.base });
    projector.start();
    return { kill, names, db, capsuled, projector };
  }

  #ports(kill: KillSwitch, names: NameResponder): Ports {
    const of = <Port extends object>(port: Port, name: string) => killablePort(port, name, kill);
    const { outside } = this;
    const network = of(outside.network.network, 'network');
    const cgroups = of(outside.cgroups, 'cgroups');
    const images = of(outside.images, 'images');
    return {
      ...outside,
      runtime: of(outside.runtime, 'runtime'),
      imageStores: { of: () => images },
      logs: { ...outside.logs, store: of(outside.logs.store, 'logs') },
      network: {
        ...outside.network,
        network,
        namespaces: of(outside.network.namespaces, 'namespaces'),
        names,
      },
      volumes: { ...outside.volumes, backend: of(outside.volumes.backend, 'volumes') },
      cgroups,
      scopes: scopeMaker({
        realms: of(outside.realmStore, 'realms'),
        names,
        spaces: network,
        cgroups,
      }),
    };
  }

  #end(): void {
    const { kill, capsuled, projector, db } = this.#running;
    kill.kill();
    capsuled.abandon();
    void projector[Symbol.asyncDispose]();
    // Code of the killed capsuled that waits for no call still runs to its next one.
    setImmediate(() => db.close());
  }
}

interface Running {
  readonly kill: KillSwitch;
  readonly names: ReturnType<KillFakes['respondNames']>;
  readonly db: KillableStore;
  readonly capsuled: Capsuled;
  readonly projector: Projector;
}
