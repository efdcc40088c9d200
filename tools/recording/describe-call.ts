import { type DescMessage, fromBinary, toJsonString } from '@bufbuild/protobuf';
import { findMethod } from './find-method.ts';
import { readFailure } from './read-failure.ts';
import { readFrames } from './read-frames.ts';
import { readText } from './read-text.ts';
import type { CallRow } from './row.ts';

/**
 * A call as texts, one for each message of its answer and one for its failure: how many messages a stream has says more of
 * the moment than of the capsule. Bytes come in pieces of any size, so those of an answer are one text.
 */
export function describeCall({ method, sent, received, trailers }: CallRow): readonly string[] {
  const found = findMethod(method);
  const failures = readFailure(trailers);
  if (found === undefined) return failures.map((text) => `${method} -> ${text}`);
  const asked = readFrames(sent).map((message) => readMessage(found.input, message).text);
  const answers = readFrames(received).map((message) => readMessage(found.output, message));
  const bytes = readText(Buffer.concat(answers.flatMap((answer) => answer.bytes)));
  const call = `${method} ${[...new Set(asked)].join(' ')}`;
  return [
    ...answers.map(({ text }) => `${call} -> ${text}`),
    ...(bytes === '' ? [] : [`${call} -> bytes ${bytes}`]),
    ...failures.map((text) => `${call} -> ${text}`),
  ];
}

/** A message without its bytes, and these. */
function readMessage(schema: DescMessage, binary: Uint8Array) {
  const message = fromBinary(schema, binary);
  const bytes = takeBytes(message);
  return { text: toJsonString(schema, message), bytes };
}

function takeBytes(value: unknown): readonly Uint8Array[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, field]) => {
    if (!(field instanceof Uint8Array)) return takeBytes(field);
    Object.assign(value, { [name]: new Uint8Array() });
    return [field];
  });
}
