import { projectionContract } from '../contracts/projection.contract.ts';
import { FakeProjection } from './fake-projection.ts';

projectionContract('fake', async () => {
  const projection = new FakeProjection();
  const { files } = projection;
  return {
    projection,
    read: async (path) => files.get(path),
    edit: async (path, text) => {
      files.set(path, text);
    },
    erase: async (path) => {
      files.delete(path);
    },
  };
});
