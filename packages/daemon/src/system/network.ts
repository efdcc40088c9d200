import {
  type CellNamespaces,
  type CellNetwork,
  type MachineRanges,
  type NameResponder,
  type OwnAddresses,
  type PortListeners,
  type ServiceProbe,
  type SpaceNetworkSpec,
  type SpaceNetworks,
  spaceKey,
} from '@capsule/core';
import {
  BridgeNetwork,
  KernelAddresses,
  KernelPortListeners,
  KernelRanges,
  NetworkProbe,
  PinnedNamespaces,
} from '@capsule/drivers';
import type { Log } from '@capsule/engine';
import { FileFollower } from '@capsule/host';
import { BridgeResponder } from '@capsule/names';
import { NamePublisher } from '../network/publish-names.ts';
import { PortPublisher, type PortPublisherParts } from '../network/publish-ports.ts';
import type { Base } from './base.ts';
import type { Records } from './records.ts';
import type { Setup } from './setup.ts';

export interface NetworkPorts {
  readonly network: CellNetwork & SpaceNetworks;
  readonly namespaces: CellNamespaces;
  readonly ranges: MachineRanges;
  readonly listeners: PortListeners;
  readonly ownAddresses: OwnAddresses;
  readonly service: ServiceProbe;
  readonly names: NameResponder;
}

export type NetworkDrivers = ReturnType<typeof openNetwork>;

/** Returns the network of the space that exists from the first start. */
export function firstSpace({ bridge: { name: bridge, cidr } }: Setup['config']): SpaceNetworkSpec {
  return { key: spaceKey({ realm: 'main', space: 'default' }), bridge, cidr };
}

export function openNetwork({ config, paths, log, stack }: Setup) {
  return {
    // No workload reaches the API.
    network: new BridgeNetwork({ runDir: paths.network, closedTcpPorts: closedPorts(config) }),
    namespaces: new PinnedNamespaces(paths.cells),
    ranges: new KernelRanges(),
    listeners: new KernelPortListeners(),
    ownAddresses: new KernelAddresses(),
    service: new NetworkProbe(),
    names: stack.use(answerNames(log)),
  };
}

function closedPorts({ api }: Setup['config']): readonly number[] {
  return api.port === 0 ? [] : [api.port];
}

function answerNames(log: Log): BridgeResponder {
  return new BridgeResponder({
    monotonicMs: () => performance.now(),
    onProblem: (error) => {
      if (error === undefined) log.info('DNS responder answers');
      else log.warn('DNS responder does not answer', { error });
    },
    onFailure: (error) => log.error('query not answered', { error }),
  });
}

/**
 * Keeps the resolvers of the responder and of containers equal to those of the uplink;
 * `refreshFiles` does so for microVMs.
 */
export function followUplink(
  { network, names }: NetworkDrivers,
  refreshFiles: () => void,
  log: Log,
): FileFollower {
  return new FileFollower({
    path: '/etc/resolv.conf',
    onText: async (text) => {
      names.useUplink(text);
      await network.refreshResolvers();
      refreshFiles();
    },
    onFailure: (error) => log.error('changes of the uplink resolvers not read', { error }),
  });
}

export type NetworkArea = ReturnType<typeof createNetwork>;

/** Creates the publishers of ports and names. */
export function createNetwork(
  { feed }: Pick<Base, 'feed'>,
  { cells, addresses }: Pick<Records, 'cells' | 'addresses'>,
  { network, names, statusOf }: NetworkPorts & Pick<PortPublisherParts, 'statusOf'>,
) {
  return {
    publisher: new PortPublisher({ cells, addresses, network, statusOf }),
    namePublisher: new NamePublisher({ cells, addresses, names, feed }),
  };
}
