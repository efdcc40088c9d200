export * from './gen/capsule/v1/capsule_pb.ts';
export * from './gen/capsule/v1/error_pb.ts';
export * from './gen/capsule/v1/identity_pb.ts';
export * from './gen/capsule/v1/image_pb.ts';
export * from './gen/capsule/v1/install_pb.ts';
export * from './gen/capsule/v1/volume_pb.ts';
export * from './gen/capsule/v1/workload_pb.ts';
export * as health from './gen/grpc/health/v1/health_pb.ts';
