import type { Level } from '@capsule/core';
import type { Run } from '../../program/command.ts';
import { execute } from '../workload/exec.ts';
import { findContainer, targetOf } from './find-container.ts';

/** Runs a command in a container; of a cell, in the one of `--container`, else in its root. */
export function execInNode(level: Level): Run {
  return (input, context) => {
    const [name = '', ...command] = input.args;
    return execute(
      {
        command,
        findTarget: async (client) =>
          targetOf(await findContainer(client, { level, name }, { input, context })),
      },
      input,
      context,
    );
  };
}
