import { create, type DescFile, type DescService, toBinary } from '@bufbuild/protobuf';
import { FileDescriptorProtoSchema } from '@bufbuild/protobuf/wkt';
import { Code, type ServiceImpl } from '@connectrpc/connect';
import {
  type ServerReflection,
  type ServerReflectionRequest,
  type ServerReflectionResponse,
  ServerReflectionResponseSchema,
} from '../gen/grpc/reflection/v1/reflection_pb.ts';
import { indexFiles, withImports } from './file-index.ts';

type Answer = ServerReflectionResponse['messageResponse'];

/** The standard reflection service: lists `services` for generic clients. */
export function createReflectionService(
  services: readonly DescService[],
): ServiceImpl<typeof ServerReflection> {
  const index = indexFiles(services);
  const answer = ({ messageRequest: asked }: ServerReflectionRequest): Answer => {
    switch (asked.case) {
      case 'listServices':
        return create(ServerReflectionResponseSchema, {
          messageResponse: {
            case: 'listServicesResponse',
            value: { service: services.map(({ typeName }) => ({ name: typeName })) },
          },
        }).messageResponse;
      case 'fileByFilename':
        return fileAnswer(index.byName(asked.value), asked.value);
      case 'fileContainingSymbol':
        return fileAnswer(index.bySymbol(asked.value), asked.value);
      case 'fileContainingExtension':
        return notFound(`extensions of ${asked.value.containingType}`);
      case 'allExtensionNumbersOfType':
        return notFound(`extensions of ${asked.value}`);
      default:
        return problem(Code.InvalidArgument, 'the request asks for nothing');
    }
  };
  return {
    async *serverReflectionInfo(requests) {
      for await (const request of requests) {
        const { host } = request;
        yield { validHost: host, originalRequest: request, messageResponse: answer(request) };
      }
    },
  };
}

function fileAnswer(file: DescFile | undefined, asked: string): Answer {
  if (file === undefined) return notFound(asked);
  const fileDescriptorProto = withImports(file).map(({ proto }) =>
    toBinary(FileDescriptorProtoSchema, proto),
  );
  return create(ServerReflectionResponseSchema, {
    messageResponse: { case: 'fileDescriptorResponse', value: { fileDescriptorProto } },
  }).messageResponse;
}

function notFound(what: string): Answer {
  return problem(Code.NotFound, `${what}: not found`);
}

function problem(errorCode: Code, errorMessage: string): Answer {
  return create(ServerReflectionResponseSchema, {
    messageResponse: { case: 'errorResponse', value: { errorCode, errorMessage } },
  }).messageResponse;
}
