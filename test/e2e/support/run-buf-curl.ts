import { join } from 'node:path';
import { fromBinary } from '@bufbuild/protobuf';
import { type ErrorDetail, ErrorDetailSchema } from '@capsule/api/wire';
import { run } from '@capsule/host';
import type { Lab } from '@capsule/testkit';

const BUF = join(import.meta.dirname, '../../../node_modules/.bin/buf');
const ANY_EXIT_CODE = Array.from({ length: 256 }, (_, code) => code);

export interface ForeignAnswer {
  /** The name of the gRPC status; `ok` for success. */
  readonly code: string;
  /** The answers of the call, one for each message. */
  readonly messages: readonly Record<string, unknown>[];
  readonly detail: ErrorDetail | undefined;
}

/** Calls a method with JSON messages through `buf curl`, which reads the API by reflection. */
export async function runBufCurl(
  lab: Lab,
  method: string,
  ...messages: readonly object[]
): Promise<ForeignAnswer> {
  const data = messages.map((message) => JSON.stringify(message)).join('\n') || '{}';
  const args = ['--http2-prior-knowledge', '--protocol', 'grpc', '--data', data];
  const result = await bufCurl(lab, [...args, `http://capsule/${method}`]);
  if (result.exitCode === 0) {
    const objects = result.stdout.trim().split(/^(?=\{)/m);
    const answers = objects.filter((text) => text !== '').map((text) => JSON.parse(text));
    return { code: 'ok', messages: answers, detail: undefined };
  }
  const { code, details = [] } = parseError(result.stderr);
  const found = details.find(({ type }) => type === ErrorDetailSchema.typeName);
  const detail = found && fromBinary(ErrorDetailSchema, Buffer.from(found.value, 'base64'));
  return { code, messages: [], detail };
}

/** The lists of reflection: `services` or `methods`. */
export async function listByReflection(
  lab: Lab,
  what: 'services' | 'methods',
): Promise<readonly string[]> {
  const { stdout } = await bufCurl(lab, [
    '--http2-prior-knowledge',
    `--list-${what}`,
    'http://capsule',
  ]);
  return stdout.trim().split('\n');
}

function bufCurl({ host }: Lab, args: readonly string[]) {
  const socket = host.slice('unix:'.length);
  const options = { env: process.env, allow: ANY_EXIT_CODE };
  return run(BUF, ['curl', '--unix-socket', socket, ...args], options);
}

interface BufError {
  readonly code: string;
  readonly details?: readonly { readonly type: string; readonly value: string }[];
}

function parseError(stderr: string): BufError {
  try {
    return JSON.parse(stderr) as BufError;
  } catch {
    return { code: stderr }; // what buf says of itself, for the assertion to show
  }
}
