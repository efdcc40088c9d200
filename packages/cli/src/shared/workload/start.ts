import { startWorkloads } from './act-on-workloads.ts';

export const run = startWorkloads({
  done: 'started',
  ask: (client, name, _input, signal) => client.workload.start({ name }, { signal }),
});
