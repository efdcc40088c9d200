import assert from 'node:assert/strict';
import { test } from 'node:test';
import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import { completeSpec, isCapsuleError, type Problem } from '@capsule/core';
import { anySpec } from '@capsule/testkit/any-spec';
import fc from 'fast-check';
import {
  type ContainerSpec,
  ContainerSpecSchema,
  HealthCheckSchema,
  MicroVMBackend,
  type MicroVMSpec,
  MicroVMSpecSchema,
  type NetworkMode,
  PortMappingSchema,
  type Workload,
  WorkloadKind,
  WorkloadPhase,
  WorkloadSchema,
  WorkloadStatusSchema,
} from '../../gen/capsule/v1/workload_pb.ts';
import { type ReportedWorkload, workloadFromProto, workloadToProto } from './workload.ts';
import { specFromProto, specToProto } from './workload-spec.ts';
import { statusFromProto } from './workload-status.ts';

const plain = { noNullPrototype: true } as const;

const count = fc.maxSafeNat();
const positive = fc.integer({ min: 1 });
const text = fc.string({ minLength: 1 });

const workload: fc.Arbitrary<ReportedWorkload> = fc.record(
  {
    uid: fc.string(),
    generation: count,
    run: count,
    createdAt: count,
    spec: anySpec,
    desired: fc.constantFrom('running', 'stopped', 'deleting'),
    status: fc.record(
      {
        phase: fc.constantFrom('pending', 'running', 'failed', 'stopped'),
        message: fc.string(),
        reason: fc.string(),
        observedGeneration: count,
        restartCount: fc.nat(),
        observedRun: count,
        address: text,
        imageDigest: text,
        containerId: text,
        pid: positive,
        startedAt: positive,
        finishedAt: positive,
        exitCode: fc.integer({ min: 0, max: 255 }),
        nextRetryAt: positive,
        progress: fc.record(
          {
            stage: fc.constantFrom('resolving', 'pulling', 'unpacking', 'starting', 'stopping'),
            doneBytes: count,
            totalBytes: count,
          },
          plain,
        ),
      },
      {
        requiredKeys: [
          'phase',
          'message',
          'reason',
          'observedGeneration',
          'restartCount',
          'observedRun',
        ],
        noNullPrototype: true,
      },
    ),
  },
  plain,
);

function overTheWire(message: Workload): Workload {
  return fromBinary(WorkloadSchema, toBinary(WorkloadSchema, message));
}

test('every spec survives the wire unchanged', () => {
  fc.assert(
    fc.property(anySpec, (sent) => {
      assert.deepEqual(specFromProto(overTheWire(specToProto(sent))), sent);
    }),
  );
});

test('a microVM survives the wire unchanged', () => {
  const sent = completeSpec({
    name: 'vm',
    kind: 'microVm',
    image: 'nginx',
    privileged: true,
    user: 'app',
    resources: { cpuMillis: 500 },
    healthCheck: {
      intervalSeconds: 1,
      timeoutSeconds: 1,
      retries: 1,
      startPeriodSeconds: 0,
      probe: { kind: 'tcp', port: 80 },
      onFailure: 'none',
    },
    microVm: { vcpus: 2, backend: 'qemu', rootfsSizeBytes: 2 ** 30, kernelCmdlineExtra: 'quiet' },
  });
  assert.deepEqual(specFromProto(overTheWire(specToProto(sent))), sent);
});

test('fields of a microVM that the wire leaves out get their defaults', () => {
  assert.deepEqual(
    specFromProto(microVm({})),
    completeSpec({ name: 'vm', kind: 'microVm', image: 'nginx' }),
  );
});

test('every workload with its status survives the wire unchanged', () => {
  fc.assert(
    fc.property(workload, (sent) => {
      assert.deepEqual(workloadFromProto(overTheWire(workloadToProto(sent))), sent);
    }),
  );
});

test('fields that the wire leaves out mean bridge and tcp', () => {
  const sent = container({
    ports: [create(PortMappingSchema, { containerPort: 80, hostPort: 81 })],
  });
  const { networkMode, ports } = specFromProto(sent);
  assert.equal(networkMode, 'bridge');
  assert.deepEqual(ports, [{ containerPort: 80, hostPort: 81, protocol: 'tcp' }]);
});

const REFUSED: Readonly<Record<string, Workload>> = {
  microVm: { ...container({}), microVm: create(MicroVMSpecSchema) },
  kind: { ...container({}), kind: 99 as WorkloadKind },
  'microVm.backend': microVm({ backend: MicroVMBackend.MICRO_VM_BACKEND_SMOLVM }),
  'microVm.healthCheck': microVm({ healthCheck: create(HealthCheckSchema) }),
  'microVm.ports[0].hostPort': microVm({
    ports: [create(PortMappingSchema, { containerPort: 80 })],
  }),
  container: create(WorkloadSchema, { name: 'web', kind: WorkloadKind.CONTAINER }),
  'container.hostMount': container({ hostMount: true }),
  'container.networkMode': container({ networkMode: 9 as NetworkMode }),
  'container.ports[1].hostPort': container({
    ports: [
      create(PortMappingSchema, { containerPort: 80, hostPort: 80 }),
      create(PortMappingSchema, { containerPort: 81 }),
    ],
  }),
  'container.ports[0].protocol': container({
    ports: [create(PortMappingSchema, { containerPort: 80, hostPort: 80, protocol: 'sctp' })],
  }),
};

for (const [path, sent] of Object.entries(REFUSED)) {
  test(`${path} that is not supported is refused with its path`, () => {
    assert.deepEqual(
      problemsOf(() => specFromProto(overTheWire(sent))).map((problem) => problem.path),
      [path],
    );
  });
}

test('the kind and its block belong together', () => {
  const told = (sent: Workload) =>
    problemsOf(() => specFromProto(overTheWire(sent))).map(({ path, hint }) => [path, hint]);
  assert.deepEqual(told({ ...container({}), kind: WorkloadKind.MICRO_VM }), [
    ['microVm', 'the request has `container` instead'],
  ]);
  const both = { ...container({}), ...microVm({}) };
  assert.deepEqual(told({ ...both, container: create(ContainerSpecSchema) }), [
    ['container', 'remove it'],
  ]);
});

test('fields of a later version are refused at every level', () => {
  // Field 999, length-delimited, three bytes; the same on each level.
  const later = { no: 999, wireType: 2, data: new Uint8Array([3, 97, 98, 99]) };
  const port = create(PortMappingSchema, { containerPort: 80, hostPort: 80 });
  port.$unknown = [later];
  const sent = container({ ports: [port] });
  sent.$unknown = [later];
  if (sent.container) sent.container.$unknown = [later];
  assert.deepEqual(
    problemsOf(() => specFromProto(overTheWire(sent))).map((problem) => problem.path),
    ['', 'container', 'container.ports[0]'],
  );
});

test('all problems are named at once', () => {
  const sent = container({ hostMount: true, networkMode: 9 as NetworkMode });
  sent.name = 'No Name';
  assert.deepEqual(
    problemsOf(() => specFromProto(sent)).map((problem) => problem.path),
    ['container.hostMount', 'container.networkMode', 'name'],
  );
});

test('an apply without a workload is refused', () => {
  assert.deepEqual(
    problemsOf(() => specFromProto(undefined)).map((problem) => problem.path),
    ['kind'],
  );
});

test('an unknown phase is an error, an unknown stage is left out', () => {
  assert.throws(
    () => statusFromProto(create(WorkloadStatusSchema, { phase: 77 as WorkloadPhase })),
    {
      code: 'API_UNEXPECTED_ANSWER',
    },
  );
  const status = create(WorkloadStatusSchema, {
    phase: WorkloadPhase.PENDING,
    progress: { stage: 77 as 0 },
  });
  assert.equal(statusFromProto(status).progress, undefined);
});

function container(fields: Omit<Partial<ContainerSpec>, '$typeName' | '$unknown'>): Workload {
  return create(WorkloadSchema, {
    name: 'web',
    kind: WorkloadKind.CONTAINER,
    container: create(ContainerSpecSchema, { image: 'nginx', ...fields }),
  });
}

function microVm(fields: Omit<Partial<MicroVMSpec>, '$typeName' | '$unknown'>): Workload {
  return create(WorkloadSchema, {
    name: 'vm',
    kind: WorkloadKind.MICRO_VM,
    microVm: create(MicroVMSpecSchema, { image: 'nginx', ...fields }),
  });
}

function problemsOf(act: () => unknown): readonly Problem[] {
  try {
    act();
  } catch (error) {
    assert.ok(isCapsuleError(error) && error.code === 'MANIFEST_SPEC_INVALID', String(error));
    return error.facts['problems'] as readonly Problem[];
  }
  return [];
}
