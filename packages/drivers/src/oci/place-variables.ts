import { type ContainerSpec, containerCgroup } from '@capsule/core';

/**
 * Returns the variables by which a program knows its place in the capsule. A microVM has no cgroup of the
 * capsule. Pure.
 */
export function describePlaceVariables({
  ref,
  role,
  microVm,
}: Pick<ContainerSpec, 'ref' | 'role' | 'microVm'>): Readonly<Record<string, string>> {
  const { realm, space, stack, cell } = ref.cell;
  return {
    KUKEON_REALM: realm,
    KUKEON_SPACE: space,
    KUKEON_STACK: stack,
    KUKEON_CELL_NAME: cell,
    KUKEON_CONTAINER_ID: ref.container,
    ...(microVm === undefined && {
      KUKEON_CGROUP_PATH: `/sys/fs/cgroup${containerCgroup({ ref, role })}`,
    }),
  };
}
