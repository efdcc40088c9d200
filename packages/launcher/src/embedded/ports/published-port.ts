/** A port that workloads of a capsule publish. */
export interface PublishedPort {
  readonly protocol: 'tcp' | 'udp';
  readonly port: number;
}

/** Equal for equal ports. */
export function portKey({ protocol, port }: PublishedPort): string {
  return `${protocol}/${port}`;
}
