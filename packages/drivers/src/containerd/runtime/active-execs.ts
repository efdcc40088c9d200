/** Execs of this process in one realm, by id; `reclaim` spares them. */
export type ActiveExecs = Map<
  string,
  { readonly containerId: string; readonly isStarted: boolean }
>;
