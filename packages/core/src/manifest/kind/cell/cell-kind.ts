import { placeOfCell, placeOfContainer } from '../../../resource/place/place.ts';
import {
  type ContainerDocument,
  inNetworkOf,
  rootOf,
} from '../../../resource/workload/cell-document.ts';
import type { Problem } from '../../problem.ts';
import { CELL_API } from '../../read/foreign-document.ts';
import type { Kind, PublishedHostPort } from '../kind.ts';
import { describeCellChange } from './cell-change.ts';
import { CELL_SCHEMA, CONTAINER_SCHEMA } from './cell-schema.ts';
import { describeContainerChange } from './container-change.ts';
import { containerProblems } from './container-problems.ts';
import { fieldsOfCell } from './fields-of-cell.ts';
import { placeProblems } from './place-problems.ts';
import { printCell } from './print-cell.ts';
import { printCellContainer } from './print-container.ts';
import { type CellManifest, readCell } from './read-cell.ts';
import { type ContainerManifest, readCellContainer } from './read-container.ts';

/** A cell with all its containers. */
export const CELL_KIND: Kind<CellManifest> = {
  apiVersion: CELL_API,
  forms: [{ words: ['Cell'], schema: CELL_SCHEMA }],
  applyOrder: 40,
  read: readCell,
  validate: validateCell,
  diff: describeCellChange,
  print: printCell,
  hostPorts: ({ containers }) =>
    containers.flatMap(({ spec }, at) => hostPortsOf(spec.ports, `spec.containers[${at}]`)),
};

/** One container of a cell. */
export const CELL_CONTAINER_KIND: Kind<ContainerManifest> = {
  apiVersion: CELL_API,
  forms: [{ words: ['Container'], schema: CONTAINER_SCHEMA }],
  applyOrder: 50,
  read: readCellContainer,
  validate: (document) => [
    ...placeProblems(placeOfContainer(document.ref)),
    ...containerProblems(document, 'spec', 'metadata.name'),
  ],
  diff: describeContainerChange,
  print: printCellContainer,
  hostPorts: ({ spec }) => hostPortsOf(spec.ports, 'spec'),
};

function hostPortsOf(
  ports: readonly PublishedHostPort['port'][],
  path: string,
): readonly PublishedHostPort[] {
  return ports.map((port, at) => ({ port, path: `${path}.ports[${at}]` }));
}

function validateCell(cell: CellManifest): readonly Problem[] {
  const { containers, id } = cell;
  const names = containers.map(({ ref }) => ref.container);
  const roots = containers.filter(({ isRoot }) => isRoot);
  const root = rootOf(cell);
  return [
    ...placeProblems(placeOfCell(id)),
    ...containers.flatMap((one, at) => {
      const path = `spec.containers[${at}]`;
      const isTwin = names.indexOf(one.ref.container) !== at;
      return [
        ...containerProblems(inNetworkOf(root, one), path, `${path}.id`),
        ...(isTwin
          ? [{ path: `${path}.id`, message: `${one.ref.container} is declared twice` }]
          : []),
        ...(one === root ? [] : siblingProblems(one, path)),
      ];
    }),
    ...(roots.length > 1
      ? [
          {
            path: 'spec.containers',
            message: 'several containers have root: true',
            hint: 'set it on one',
          },
        ]
      : []),
  ];
}

/** Fields that all containers of a cell share, which belong to its root. */
function siblingProblems({ spec }: ContainerDocument, path: string): readonly Problem[] {
  return fieldsOfCell(spec).map((field) => ({
    path: `${path}.${field}`,
    message: 'only the root container of a cell has this field',
    hint: 'set it on the root container',
  }));
}
