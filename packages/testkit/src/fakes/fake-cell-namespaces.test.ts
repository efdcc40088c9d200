import { cellNamespacesContract } from '../contracts/cell-namespaces.contract.ts';
import { FakeCellNamespaces } from './fake-cell-namespaces.ts';

cellNamespacesContract('fake', async () => {
  const namespaces = new FakeCellNamespaces();
  return { namespaces, reopen: () => new FakeCellNamespaces(namespaces.pins) };
});
