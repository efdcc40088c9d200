import { Edge, type EdgeParts } from '@capsule/api/server';
import { type CapsuleError, isCapsuleError } from '@capsule/core';
import { describePeer } from '../api/access/peer.ts';
import { listenTls, NETWORK_LIMITS } from '../api/listen-tls.ts';
import { NetworkPort } from '../api/network-port.ts';
import { capsuleError } from '../capsule/errors.ts';
import type { TlsIdentity } from '../identity/certificate/tls-identity.ts';
import { describeProgram } from '../workload/admission/check-ports.ts';
import { hideAdoption, showAdoption } from './adoption-display.ts';
import { announceApi } from './announce.ts';
import type { ApiParts } from './api-parts.ts';
import { tlsWithoutStore } from './identity.ts';
import type { Ports } from './ports.ts';
import type { Setup } from './setup.ts';
import { identityOf } from './stored.ts';

type Calls = Pick<EdgeParts, 'routes' | 'interceptors' | 'upgrades' | 'gate'>;

/** Opens the port of the API on the network, for as long as there is a certificate for it. */
export async function openNetworkPort(
  setup: Setup,
  parts: ApiParts,
  calls: Calls,
): Promise<NetworkPort | undefined> {
  const { config, log } = setup;
  const { stored, problems, ports } = parts;
  const tls = isCapsuleError(stored) ? tlsWithoutStore(setup) : identityOf(stored)?.tls;
  hideAdoption(setup);
  if (config.api.port === 0 || tls === undefined) return undefined;
  const port = new NetworkPort({
    open: () => openTo({ setup, parts, calls }, tls),
    describe: (failure) => describeFailure(config.api.port, failure, ports),
    onProblem: (error) => {
      log.error('API not on the network', { port: config.api.port, error });
      problems.record(error);
    },
  });
  problems.follow(port);
  return port.start();
}

interface Opening {
  readonly setup: Setup;
  readonly parts: ApiParts;
  readonly calls: Calls;
}

/** Listens; then shows how to adopt the capsule, and announces it. */
async function openTo(
  { setup, parts, calls }: Opening,
  identity: TlsIdentity,
): Promise<AsyncDisposable> {
  const { stored, access, version } = parts;
  const { connections } = access;
  const edge = new Edge({ ...calls, limits: NETWORK_LIMITS, describe: describePeer });
  await using stack = new AsyncDisposableStack();
  stack.use(await listenTls({ port: setup.config.api.port, identity, connections, edge }));
  const own = identityOf(stored);
  if (own !== undefined) {
    stack.use(showAdoption(setup, own));
    stack.use(await announceApi(setup, version, own));
  }
  return stack.move();
}

function describeFailure(port: number, failure: unknown, { network }: Ports): CapsuleError {
  const { code, message } = failure as NodeJS.ErrnoException;
  if (code !== 'EADDRINUSE') return capsuleError.PORT_UNUSABLE({ port, reason: message }, failure);
  const [listener] = network.listeners.find(new Set([`${port}/tcp`]));
  const program = listener === undefined ? 'another program' : describeProgram(listener);
  return capsuleError.PORT_TAKEN({ port, program }, failure);
}
