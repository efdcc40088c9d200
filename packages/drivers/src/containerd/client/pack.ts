import { create, type DescMessage, type MessageShape, toBinary } from '@bufbuild/protobuf';
import { type Any, AnySchema } from '@bufbuild/protobuf/wkt';

/** Packs a message with containerd's plain type name, without protobuf's prefix `type.googleapis.com/`. */
export function pack<D extends DescMessage>(schema: D, message: MessageShape<D>): Any {
  return create(AnySchema, { typeUrl: schema.typeName, value: toBinary(schema, message) });
}

/** containerd's type name of OCI runtime specifications, which it carries as JSON. */
const SPEC_TYPE = 'types.containerd.io/opencontainers/runtime-spec/1/Spec';

export function packSpec(spec: object): Any {
  return create(AnySchema, { typeUrl: SPEC_TYPE, value: Buffer.from(JSON.stringify(spec)) });
}

const PROCESS_TYPE = 'types.containerd.io/opencontainers/runtime-spec/1/Process';

export function packProcess(process: object): Any {
  return create(AnySchema, { typeUrl: PROCESS_TYPE, value: Buffer.from(JSON.stringify(process)) });
}

const RESOURCES_TYPE = 'types.containerd.io/opencontainers/runtime-spec/1/LinuxResources';

export function packResources(resources: object): Any {
  const value = Buffer.from(JSON.stringify(resources));
  return create(AnySchema, { typeUrl: RESOURCES_TYPE, value });
}
