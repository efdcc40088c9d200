/** What runs microVMs on this capsule. */
export interface MachineMonitors {
  /** The one that is used where nobody chooses; never fails. */
  monitor(): Promise<{
    /** Absent: none can be used. */
    readonly kind?: 'qemu' | 'firecracker';
    /** For people: version, and how guests are run; or why they cannot be. */
    readonly detail: string;
  }>;
}
