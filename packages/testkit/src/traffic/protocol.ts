import type { Protocol } from '@capsule/core';

/** A request to a traffic agent, one JSON line each. */
export type TrafficRequest =
  | {
      readonly do: 'serve';
      readonly id: number;
      readonly protocol: Protocol;
      readonly address: string;
      readonly port: number;
      readonly name: string;
    }
  | {
      readonly do: 'ask';
      readonly id: number;
      readonly protocol: Protocol;
      readonly address: string;
      readonly port: number;
      readonly sourcePort: number;
      readonly patienceMs: number;
      /** In base64, as is the answer then. Over TCP it is the last that is sent. */
      readonly payload?: string;
    };

/**
 * The server that answered and the sender's address that it saw (`web saw 10.0.0.1`), or `refused`, or
 * `silent`; `serving` for a server that is ready.
 */
export interface TrafficAnswer {
  readonly id: number;
  readonly answer: string;
}
