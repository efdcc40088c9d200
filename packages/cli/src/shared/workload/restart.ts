import { startWorkloads } from './act-on-workloads.ts';
import { readGrace } from './grace.ts';

export const run = startWorkloads({
  done: 'restarted',
  ask: async (client, name, input, signal) => {
    const { workload } = await client.workload.restart({ name, ...readGrace(input) }, { signal });
    return { workload, changed: true };
  },
});
