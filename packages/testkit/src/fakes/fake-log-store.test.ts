import { logStoreContract } from '../contracts/log-store.contract.ts';
import { FakeLogStore } from './fake-log-store.ts';

logStoreContract('fake', async () => {
  const store = new FakeLogStore();
  const path = '/perm/log/workload/main_default_default_web/web.log';
  return {
    store,
    path,
    write: async (entries) => store.write(path, entries),
    rotate: async () => undefined,
  };
});
