import { basename } from 'node:path';
import { volumeBackendContract } from '../contracts/volume-backend.contract.ts';
import { FakeVolumeBackend } from './fake-volume-backend.ts';

volumeBackendContract('fake', async () => {
  const backend = new FakeVolumeBackend();
  return {
    backend,
    write: async (hostPath, file, text) => backend.write(basename(hostPath), file, text),
    read: async (hostPath, file) => backend.read(basename(hostPath), file),
  };
});
