import type { Protocol } from '@capsule/core';
import type { TrafficAgent } from '../traffic/traffic-agent.ts';
import { type NameQuery, type NameReply, nameQuery, readNameReply } from './name-messages.ts';

export interface NameServer {
  readonly address: string;
  /** Default: 53. */
  readonly port?: number;
  /** Default: udp. */
  readonly protocol?: Protocol;
  readonly patienceMs?: number;
}

/** Asks a name server from where `agent` is; `refused` or `silent` when there is no answer. */
export async function askName(
  agent: TrafficAgent,
  { port = 53, protocol = 'udp', ...server }: NameServer,
  query: NameQuery,
): Promise<NameReply | 'refused' | 'silent'> {
  const message = nameQuery(query);
  const payload = protocol === 'udp' ? message : Buffer.concat([lengthOf(message), message]);
  const answer = await agent.exchange(payload, { ...server, port, protocol });
  if (!Buffer.isBuffer(answer)) return answer;
  return readNameReply(protocol === 'udp' ? answer : answer.subarray(2));
}

function lengthOf(message: Buffer): Buffer {
  const length = Buffer.alloc(2);
  length.writeUInt16BE(message.length);
  return length;
}
