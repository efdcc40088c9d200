/** One field of a spec before and after; an absent value is one that is not set. */
export interface FieldChange {
  /** As in a manifest: `container.ports[0].hostPort`, `microVm.vcpus`. */
  readonly path: string;
  readonly before?: unknown;
  readonly after?: unknown;
  /** The change needs a new container, or a new microVM. */
  readonly recreates: boolean;
}
