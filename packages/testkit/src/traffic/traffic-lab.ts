import type { CellNetwork, PublishedPort } from '@capsule/core';
import { run } from '@capsule/host';
import { TrafficAgent } from './traffic-agent.ts';

/** Addresses of the lab: a host on the uplink, the capsule's two, a space and two cells in it. */
export const TRAFFIC_LAB = {
  space: { key: 'main_default', bridge: 'br0', cidr: '172.20.254.0/24' },
  outside: '192.0.2.1',
  uplink: '192.0.2.2',
  gateway: '172.20.254.1',
  web: { key: 'main_default_default_web', hostname: 'web', address: '172.20.254.10' },
  db: { key: 'main_default_default_db', hostname: 'db', address: '172.20.254.11' },
} as const;

const OUTSIDE = 'outside';

/**
 * A capsule with an uplink, a host outside and two cells, all in this network namespace, which has
 * to be a throwaway one. Cells serve tcp and udp on port 80, published as 8080 (web) and 8081 (db);
 * the host outside serves on 8080.
 */
export class TrafficLab implements AsyncDisposable {
  readonly #stack: AsyncDisposableStack;
  readonly outside: TrafficAgent;
  readonly capsule: TrafficAgent;
  readonly web: TrafficAgent;
  readonly db: TrafficAgent;

  private constructor(stack: AsyncDisposableStack) {
    this.outside = stack.use(new TrafficAgent(OUTSIDE));
    this.capsule = stack.use(new TrafficAgent());
    this.web = stack.use(new TrafficAgent(TRAFFIC_LAB.web.key));
    this.db = stack.use(new TrafficAgent(TRAFFIC_LAB.db.key));
    this.#stack = stack;
  }

  /** The ports that are published when the lab opens. */
  static readonly published: readonly PublishedPort[] = (['tcp', 'udp'] as const).flatMap(
    (protocol) => [
      { protocol, hostPort: 8080, containerPort: 80, address: TRAFFIC_LAB.web.address },
      { protocol, hostPort: 8081, containerPort: 80, address: TRAFFIC_LAB.db.address },
    ],
  );

  static async open(network: CellNetwork): Promise<TrafficLab> {
    const stack = new AsyncDisposableStack();
    await addOutside();
    stack.defer(async () => {
      // The link first: a namespace that goes takes its end of the link along, and so ours, soon after.
      await ip(undefined, 'link delete uplink', `netns delete ${OUTSIDE}`);
    });
    for (const cell of [TRAFFIC_LAB.web, TRAFFIC_LAB.db]) {
      await network.attach(cell);
      stack.defer(() => network.detach(cell.key));
    }
    const lab = new TrafficLab(stack);
    for (const protocol of ['tcp', 'udp'] as const) {
      await lab.web.serve('web', { protocol, port: 80 });
      await lab.db.serve('db', { protocol, port: 80 });
      await lab.outside.serve(OUTSIDE, { protocol, port: 8080 });
    }
    await network.publish(TrafficLab.published);
    return lab;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#stack.disposeAsync();
  }
}

/** Runs commands of `ip` in one process, in a namespace or (undefined) in our own. */
async function ip(namespace: string | undefined, ...lines: readonly string[]): Promise<void> {
  const where = namespace === undefined ? [] : ['-netns', namespace];
  await run('ip', [...where, '-batch', '-'], { input: lines.map((line) => `${line}\n`).join('') });
}

async function addOutside(): Promise<void> {
  await ip(
    undefined,
    `netns add ${OUTSIDE}`,
    `link add uplink type veth peer name eth0 netns ${OUTSIDE}`,
    `address add ${TRAFFIC_LAB.uplink}/24 dev uplink`,
    'link set uplink up',
    `route add default via ${TRAFFIC_LAB.outside}`,
  );
  await ip(
    OUTSIDE,
    'link set lo up',
    `address add ${TRAFFIC_LAB.outside}/24 dev eth0`,
    'link set eth0 up',
    `route add 172.20.254.0/24 via ${TRAFFIC_LAB.uplink}`,
  );
}
