/** How a container image is made from Debian packages. A document, like a profile. */
export interface ImageRecipe {
  /** The full references of the image. */
  readonly names: readonly string[];
  readonly suite: string;
  readonly packages: readonly string[];
  /** Paths that the image does not need; a trailing `/` removes a directory. */
  readonly pruned?: readonly string[];
  readonly files?: Readonly<Record<string, { readonly content: string; readonly mode?: number }>>;
  /** Link path to its target. */
  readonly links?: Readonly<Record<string, string>>;
  /** Directories with their owner and mode. */
  readonly directories?: Readonly<Record<string, { readonly uid: number; readonly mode: number }>>;
  /** Adds /bin and /usr/bin links for each of busybox' programs that the image does not have. */
  readonly busyboxLinks?: boolean;
  /** As in the OCI image specification: `Entrypoint`, `Cmd`, `Env`, `User`, … */
  readonly config: Readonly<Record<string, unknown>>;
}
