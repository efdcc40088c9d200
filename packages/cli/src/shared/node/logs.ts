import { type Level, shortPlace } from '@capsule/core';
import type { Run } from '../../program/command.ts';
import { withCapsule } from '../target/with-capsule.ts';
import { printLog, readLogRequest } from '../workload/logs.ts';
import { findContainer, targetOf } from './find-container.ts';

/** Prints the output of a container; of a cell, that of `--container`, else that of its root. */
export function logsOfNode(level: Level): Run {
  return async (input, context) => {
    const [name = ''] = input.args;
    const request = readLogRequest(input, context);
    await withCapsule(input, context, async (client) => {
      const place = await findContainer(client, { level, name }, { input, context });
      const log = {
        client,
        writer: shortPlace(place),
        request: { ...request, ...targetOf(place) },
      };
      await printLog(log, context, context);
    });
    context.signal.throwIfAborted();
    return undefined;
  };
}
