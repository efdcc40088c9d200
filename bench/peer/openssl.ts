import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { run } from '@capsule/host';
import { benchError } from '../errors.ts';

const PORT = '40444';
const READY_TRIES = 200;

/** `openssl s_server` in the network of a capsule: TLS 1.3 with nothing above it. */
export class OpenSsl {
  readonly #place: { readonly netns: string; readonly address: string; readonly folder: string };
  readonly #key: string;
  readonly #cert: string;

  constructor(place: { netns: string; address: string; folder: string }) {
    this.#place = place;
    this.#key = join(place.folder, 'key.pem');
    this.#cert = join(place.folder, 'cert.pem');
  }

  async prepare(): Promise<void> {
    const files = ['-keyout', this.#key, '-out', this.#cert];
    await run('openssl', [
      'req',
      '-x509',
      '-newkey',
      'ed25519',
      '-nodes',
      '-subj',
      '/CN=bench',
      ...files,
    ]);
  }

  /** Sends a file into another one in the capsule's network. Milliseconds until all of it has arrived. */
  async send(source: string, target: string): Promise<number> {
    await using output = await open(target, 'w');
    await using input = await open(source);
    const { netns, address } = this.#place;
    const pair = ['-key', this.#key, '-cert', this.#cert];
    const serve = [
      'openssl',
      's_server',
      '-accept',
      PORT,
      ...pair,
      '-tls1_3',
      '-quiet',
      '-naccept',
      '1',
    ];
    // Its input stays open: at the end of that, the server leaves the connection.
    const server = spawn('ip', ['netns', 'exec', netns, ...serve], {
      stdio: ['pipe', output.fd, 'ignore'],
    });
    const ended = once(server, 'close');
    await this.#untilListening();
    const begunAt = performance.now();
    const ask = ['s_client', '-connect', `${address}:${PORT}`, '-tls1_3', '-nocommands'];
    const client = spawn('openssl', ask, { stdio: [input.fd, 'ignore', 'ignore'] });
    await Promise.all([once(client, 'close'), ended]);
    const took = performance.now() - begunAt;
    const [sent, arrived] = [await input.stat(), await output.stat()];
    if (sent.size === arrived.size) return took;
    throw benchError.PEER_NOT_STARTED({ peer: 'openssl', said: `${arrived.size} bytes arrived` });
  }

  async #untilListening(): Promise<void> {
    const look = ['netns', 'exec', this.#place.netns, 'ss', '-Hltn', `sport = :${PORT}`];
    for (let attempt = 0; attempt < READY_TRIES; attempt += 1) {
      if ((await run('ip', look)).stdout !== '') return;
      await pause(20);
    }
    throw benchError.PEER_NOT_STARTED({ peer: 'openssl', said: 'it does not listen' });
  }
}
