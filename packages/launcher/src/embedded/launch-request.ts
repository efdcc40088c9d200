/** What a launcher process is told, as JSON in its first argument. */
export interface LaunchRequest {
  readonly name: string;
  readonly stateDir: string;
  /** Layers of the rootfs, lowest first. */
  readonly layers: readonly string[];
  readonly launchProgram: string;
  /** Range that the capsule's four addresses are taken from. */
  readonly pool: string;
  /** End the capsule when the process that asked for it is gone. */
  readonly attached: boolean;
  readonly env: Readonly<Record<string, string>>;
}

/** What it answers, one JSON line on descriptor 3; then the descriptor is closed. */
export type LaunchAnswer =
  | {
      readonly running: true /** For a person: problems of the host, and changes of it. */;
      readonly warnings: readonly string[];
    }
  | { readonly running: false; readonly code: string; readonly message: string };
