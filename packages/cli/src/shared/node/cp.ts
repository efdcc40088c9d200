import type { Run } from '../../program/command.ts';
import { copy } from '../copy/cp.ts';
import { findContainer, targetOf } from './find-container.ts';

/** Copies between this machine and a container of a cell: that of `--container`, else its root. */
export const run: Run = (input, context) =>
  copy(
    {
      find: async (name, client) =>
        targetOf(await findContainer(client, { level: 'cell', name }, { input, context })),
    },
    input,
    context,
  );
