/** The domain of the names of workloads. */
export const WORKLOAD_DOMAIN = 'capsule.internal';

interface SpaceId {
  readonly realm: string;
  readonly space: string;
}

/** The place of a cell, as `CellId`. */
interface NamedCellId extends SpaceId {
  readonly stack: string;
  readonly cell: string;
}

/** Flat workloads have names directly in `WORKLOAD_DOMAIN`: they are the cells of this stack. */
export const DOMAIN_STACK = { realm: 'main', space: 'default', stack: 'default' } as const;

/** Whether cells of the space have names directly in `WORKLOAD_DOMAIN`. Pure. */
export function hasShortNames({ realm, space }: SpaceId): boolean {
  return realm === DOMAIN_STACK.realm && space === DOMAIN_STACK.space;
}

/** The domains in which cells of a space look up names that are not complete, in this order. Pure. */
export function searchDomains(id: SpaceId): readonly string[] {
  const own = `${id.space}.${id.realm}.${WORKLOAD_DOMAIN}`;
  return hasShortNames(id) ? [own, WORKLOAD_DOMAIN] : [own];
}

/** The full name of a cell: the shortest one. Pure. */
export function fullNameOf(id: NamedCellId): string {
  const { cell, stack, space, realm } = id;
  if (hasShortNames(id) && stack === DOMAIN_STACK.stack) return `${cell}.${WORKLOAD_DOMAIN}`;
  return [cell, stack, space, realm, WORKLOAD_DOMAIN].join('.');
}
