import type { Upgrade } from '@capsule/api/server';
import { BulkConnection, refusal } from './connection.ts';
import type { BulkTransfers } from './transfers.ts';

/** Of the header `Upgrade`. */
export const BULK_PROTOCOL = 'capsule-bulk';

const TICKET = /^[0-9a-f]{64}$/;

/**
 * Takes a connection with `Upgrade: capsule-bulk`: its ticket names the transfer. A client that sends anything before
 * the answer is refused, since those bytes would not reach a program that gets the connection. `hold` keeps a resource
 * while a transfer runs.
 */
export function bulkUpgrade(transfers: BulkTransfers, hold: () => Disposable): Upgrade {
  return (request, socket, head) => {
    // A client that is gone shows in the work.
    socket.on('error', () => undefined);
    const ticket = request.headers['capsule-ticket'];
    const isFine = typeof ticket === 'string' && TICKET.test(ticket) && head.length === 0;
    const run = isFine ? transfers.present(Buffer.from(ticket, 'hex')) : undefined;
    if (run === undefined) {
      socket.end(refusal('403 Forbidden'), () => socket.destroy());
      return;
    }
    const connection = new BulkConnection(socket);
    const held = hold();
    void run(connection).finally(() => {
      held[Symbol.dispose]();
      return connection.close();
    });
  };
}
