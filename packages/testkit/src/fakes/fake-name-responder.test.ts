import { nameResponderContract } from '../contracts/name-responder.contract.ts';
import { FakeNameResponder } from './fake-name-responder.ts';

nameResponderContract('fake', async () => {
  const responder = new FakeNameResponder();
  return { responder, lookup: async (name) => responder.lookup(name) };
});
