/** A port that workloads of a capsule publish. */
export interface PublishedPort {
  readonly protocol: 'tcp' | 'udp';
  readonly port: number;
  /** The only address of the capsule that has it; absent: each has. */
  readonly address?: string;
}

/** Equal for equal ports. */
export function portKey({ protocol, port }: PublishedPort): string {
  return `${protocol}/${port}`;
}
