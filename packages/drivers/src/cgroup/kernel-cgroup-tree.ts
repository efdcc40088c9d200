import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import {
  CGROUP_ROOT,
  type CgroupSeen,
  type CgroupsSeen,
  type CgroupTree,
  isName,
} from '@capsule/core';
import { exists, unlessMissing } from '@capsule/host';
import { CONTROLLERS, nameInV1 } from './controllers.ts';
import { isUnified } from './is-unified.ts';
import { readIfThere } from './read-if-there.ts';

/** Realm, space, stack, cell. */
const INNER_DEPTH = 4;

/** Reads the cgroups below `/kukeon`. With v1 nothing is delegated, so that only controllers are read. */
export class KernelCgroupTree implements CgroupTree {
  readonly #root: string;

  constructor(root = '/sys/fs/cgroup') {
    this.#root = root;
  }

  async inspect(): Promise<CgroupsSeen> {
    if (await isUnified(this.#root)) {
      const controllers = await this.#words('/', 'cgroup.controllers');
      const limiting = CONTROLLERS.filter((one) => controllers.includes(one));
      const inner = [await this.#look('/'), ...(await this.#below(CGROUP_ROOT, INNER_DEPTH))];
      return { isUnified: true, controllers: limiting, inner };
    }
    const found = await Promise.all(
      CONTROLLERS.map((one) => exists(join(this.#root, nameInV1(one)))),
    );
    const controllers = CONTROLLERS.filter((_, at) => found[at]);
    return { isUnified: false, controllers, inner: [] };
  }

  /** A cgroup and those below it that have the names of places. */
  async #below(path: string, depth: number): Promise<readonly CgroupSeen[]> {
    const names = await this.#children(path);
    if (names === undefined) return [];
    const children = depth === 0 ? [] : names.filter(isName).map((name) => `${path}/${name}`);
    const seen = await Promise.all(children.map((child) => this.#below(child, depth - 1)));
    return [await this.#look(path), ...seen.flat()];
  }

  async #look(path: string): Promise<CgroupSeen> {
    const [children, controllers, delegated, type, pids] = await Promise.all([
      this.#children(path),
      this.#words(path, 'cgroup.controllers'),
      this.#words(path, 'cgroup.subtree_control'),
      this.#words(path, 'cgroup.type'),
      this.#words(path, 'cgroup.procs'),
    ]);
    const isThreaded = type.includes('threaded') || type.includes('invalid');
    const hasChildren = children !== undefined && children.length > 0;
    return { path, controllers, delegated, isThreaded, hasChildren, pids: pids.map(Number) };
  }

  /** Undefined for a cgroup that is gone. */
  async #children(path: string): Promise<readonly string[] | undefined> {
    const entries = await unlessMissing(readdir(this.#at(path), { withFileTypes: true }));
    return entries?.filter((one) => one.isDirectory()).map(({ name }) => name);
  }

  async #words(path: string, file: string): Promise<readonly string[]> {
    const text = await readIfThere(join(this.#at(path), file));
    return (text ?? '').split(/\s+/).filter(Boolean);
  }

  #at(path: string): string {
    return join(this.#root, path);
  }
}
