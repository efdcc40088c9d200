/**
 * Resource usage of a container. Counters are from its start, and of all its processes. Values that the
 * kernel does not count are absent.
 */
export interface ContainerUsage {
  readonly cpuMicros?: number;
  /** Without the page cache that can be dropped at once. */
  readonly memoryBytes?: number;
  readonly pids?: number;
  /** Of its own network; absent with the host's. */
  readonly networkReceivedBytes?: number;
  readonly networkSentBytes?: number;
  readonly blockReadBytes?: number;
  readonly blockWrittenBytes?: number;
}
