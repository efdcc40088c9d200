/** The monitors that run microVMs on this capsule. */
export interface MachineMonitors {
  /** The default monitor; never fails. */
  monitor(): Promise<{
    /** Absent: none can be used. */
    readonly kind?: 'qemu' | 'firecracker';
    /** For people: version, and how guests are run; or why they cannot be. */
    readonly detail: string;
  }>;
}
