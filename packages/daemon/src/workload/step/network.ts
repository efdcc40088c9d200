import type { CellCgroups, CellId, CellNamespaces, CellNetwork } from '@capsule/core';
import type { PortPublisher } from '../../network/publish-ports.ts';
import type { Addresses } from '../../store/addresses.ts';
import type { Cells } from '../../store/cells.ts';
import type { CellExecutor } from '../steps.ts';

export interface AttachNetworkParts {
  readonly network: Pick<CellNetwork, 'attach'>;
  readonly cgroups: Pick<CellCgroups, 'ensure'>;
  /** Makes the scopes of a cell, where they are not made yet. */
  readonly ensureScopes: (cell: CellId, signal: AbortSignal) => Promise<void>;
  /** Called when a cell cannot be attached: its bridge may be gone. */
  readonly remakeScopes: (cell: CellId) => void;
}

export function attachNetwork({
  network,
  cgroups,
  ensureScopes,
  remakeScopes,
}: AttachNetworkParts): CellExecutor<'attachNetwork'> {
  return async ({ id }, step, signal) => {
    await ensureScopes(id, signal);
    await cgroups.ensure(id);
    try {
      await network.attach(step, signal);
    } catch (failure) {
      if (!signal.aborted) remakeScopes(id);
      throw failure;
    }
  };
}

export interface DetachNetworkParts {
  readonly network: Pick<CellNetwork, 'detach'>;
  readonly cells: Pick<Cells, 'get'>;
  readonly addresses: Pick<Addresses, 'release'>;
}

export function detachNetwork({
  network,
  cells,
  addresses,
}: DetachNetworkParts): CellExecutor<'detachNetwork'> {
  return async ({ id }, { key }, signal) => {
    await network.detach(key, signal);
    // A cell in host mode needs no address; one that stops keeps it for its next start. Its spec may have
    // changed while this waited, and the address been claimed again.
    const now = cells.get(id);
    if (now?.desired === 'running' && now.spec.networkMode === 'host') addresses.release(id);
  };
}

export function publishPorts(publisher: Pick<PortPublisher, 'sync'>): CellExecutor<'publishPorts'> {
  return ({ id }) => publisher.sync(id);
}

export function pinNamespaces(
  namespaces: Pick<CellNamespaces, 'pin'>,
): CellExecutor<'pinNamespaces'> {
  return (_record, { key, ...names }, signal) => namespaces.pin(key, names, signal);
}

export function unpinNamespaces(
  namespaces: Pick<CellNamespaces, 'unpin'>,
): CellExecutor<'unpinNamespaces'> {
  return (_record, { key }, signal) => namespaces.unpin(key, signal);
}
