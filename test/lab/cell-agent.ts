import { type Lab, TrafficAgent } from '@capsule/testkit';
import { pathOf } from './capsulectl.ts';

/** A traffic agent in the network of a workload's cell; dispose it before the lab. */
export function cellAgent(lab: Lab, workload: string): TrafficAgent {
  return new TrafficAgent(pathOf(lab, `/run/netns/main_default_default_${workload}`));
}
