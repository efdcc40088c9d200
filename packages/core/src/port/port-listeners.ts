import type { Protocol } from '../resource/cell/container.ts';

/** A port of the capsule's own network that a program of it listens on. */
export interface PortListener {
  readonly port: number;
  readonly protocol: Protocol;
  /** Name of the program; empty where the kernel or nobody known has it. */
  readonly program: string;
  /** The name of the cell it belongs to, one in host mode: see `nameOfCell`. */
  readonly workload?: string;
}

/** Looks at which programs of the capsule, host-mode workloads among them, have which ports. */
export interface PortListeners {
  /**
   * Those of the given ports (`8080/tcp`) that somebody other than this process listens on. Synchronous, so
   * that an admission asks inside of its transaction; cheap where nothing is found.
   */
  find(ports: ReadonlySet<string>): readonly PortListener[];
}
