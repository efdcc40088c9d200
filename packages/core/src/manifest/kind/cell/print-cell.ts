import type { CellDocument } from '../../../resource/workload/cell-document.ts';
import { CELL_API } from '../../read/foreign-document.ts';
import { containerBlock } from './print-container.ts';

/** The document that `readCell` reads back into the same cell. */
export function printCell({ id, labels, containers }: CellDocument): object {
  const { realm, space, stack, cell } = id;
  const hasLabels = Object.keys(labels).length > 0;
  return {
    apiVersion: CELL_API,
    kind: 'Cell',
    metadata: { name: cell, ...(hasLabels && { labels: { ...labels } }) },
    spec: {
      id: cell,
      realmId: realm,
      spaceId: space,
      stackId: stack,
      containers: containers.map((one) => ({
        id: one.ref.container,
        ...containerBlock(one),
        ...(Object.keys(one.spec.labels).length > 0 && { labels: { ...one.spec.labels } }),
      })),
    },
  };
}
