/** Switches the machine that the capsule owns. Each call stops all workloads in order, and returns before that. */
export interface MachinePower {
  reboot(): Promise<void>;
  powerOff(): Promise<void>;
}
