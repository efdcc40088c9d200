import { containerKey, isAlive, placeKey } from '@capsule/core';
import type { KillWorld } from './kill-world.ts';

/** Stored and observed state, without the parts that differ from one run to the next. */
export async function pictureOf({ capsuled, outside }: KillWorld) {
  const { records, cells } = capsuled.resources;
  const seen = await outside.runtime.list();
  return {
    scopes: records.scopes.list().map(({ place, labels }) => [placeKey(place), labels]),
    volumes: records.volumes.list().map(({ name, stage, filling }) => [name, stage, filling]),
    cells: records.cells.list().map((record) => {
      const { status, containers, desired } = cells.describer.cell(record);
      return {
        desired,
        state: status.state,
        reason: status.reason,
        containers: containers.map(describe),
      };
    }),
    images: seen.map(({ ref, imageDigest }) => [containerKey(ref), imageDigest]).toSorted(),
    alive: seen.filter(({ task }) => isAlive(task)).map(({ ref }) => ref.container),
  };
}

function describe({ ref, desired, status, spec }: Described) {
  const { state, reason, exitCode, restartCount } = status;
  return { name: ref.container, desired, state, reason, exitCode, restartCount, image: spec.image };
}

type Described = ReturnType<
  KillWorld['capsuled']['resources']['cells']['describer']['cell']
>['containers'][number];
