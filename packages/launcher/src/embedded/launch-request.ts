/** The request to a launcher process, as JSON in its first argument. */
export interface LaunchRequest {
  readonly name: string;
  readonly stateDir: string;
  /** Layers of the rootfs, lowest first. */
  readonly layers: readonly string[];
  readonly launchProgram: string;
  /** Range that the capsule's four addresses are taken from. */
  readonly pool: string;
  /** End the capsule when the process that requested it has ended. */
  readonly attached: boolean;
  readonly env: Readonly<Record<string, string>>;
}

/** The launcher's answer: one JSON line on descriptor 3; then it closes the descriptor. */
export type LaunchAnswer =
  | {
      readonly running: true /** For a person: problems of the host, and changes of it. */;
      readonly warnings: readonly string[];
    }
  | { readonly running: false; readonly code: string; readonly message: string };
