import { type DescMethod, getOption } from '@bufbuild/protobuf';
import { needs, type Right } from '../../gen/capsule/v1/needs_pb.ts';

/** The right that a caller of the RPC needs. The unspecified one of a foreign RPC is refused to everyone. */
export function rightOf(method: DescMethod): Right {
  return getOption(method, needs);
}
