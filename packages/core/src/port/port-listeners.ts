import type { Protocol } from '../resource/cell/container.ts';

/** A port of the capsule's own network that a program of it listens on. */
export interface PortListener {
  readonly port: number;
  readonly protocol: Protocol;
  /** Name of the program; empty where the kernel has it, or no known process. */
  readonly program: string;
  /** The name of the cell it belongs to, one in host mode: see `nameOfCell`. */
  readonly workload?: string;
}

/** Looks at which programs of the capsule, host-mode workloads among them, have which ports. */
export interface PortListeners {
  /**
   * Returns the given ports (`8080/tcp`) on which a process other than this one listens. Synchronous, so
   * that an admission can use it inside its transaction; cheap when it finds nothing.
   */
  find(ports: ReadonlySet<string>): readonly PortListener[];
}
