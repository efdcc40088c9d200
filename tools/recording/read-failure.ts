import { fromBinary, toJsonString } from '@bufbuild/protobuf';
import { BinaryReader } from '@bufbuild/protobuf/wire';
import { ErrorDetailSchema } from '@capsule/api/wire';

/** Numbers of `google.rpc.Status.details`, and of `google.protobuf.Any.value`. */
const DETAILS = 3;
const VALUE = 2;

const OK = '0';

/**
 * How a call failed, as a text: status, message, and the error that it carries. None for one that did not: whether a
 * program waits for the end of a call that it has the answer of depends on the moment.
 */
export function readFailure(trailers: Readonly<Record<string, string>>): readonly string[] {
  const status = trailers['grpc-status'] ?? OK;
  if (status === OK) return [];
  const message = decodeURIComponent(trailers['grpc-message'] ?? '');
  const details = Buffer.from(trailers['grpc-status-details-bin'] ?? '', 'base64');
  const errors = fieldsOf(details, DETAILS)
    .flatMap((any) => fieldsOf(any, VALUE))
    .map((error) => toJsonString(ErrorDetailSchema, fromBinary(ErrorDetailSchema, error)));
  return [[`status ${status}`, message, ...errors].filter((part) => part !== '').join(' ')];
}

/** The values of all fields of a message that have a number, and a length. */
function fieldsOf(message: Uint8Array, number: number): readonly Uint8Array[] {
  const reader = new BinaryReader(message);
  const found: Uint8Array[] = [];
  while (reader.pos < reader.len) {
    const [field, type] = reader.tag();
    if (field === number) found.push(reader.bytes());
    else reader.skip(type, field);
  }
  return found;
}
