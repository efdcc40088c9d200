import { create } from '@bufbuild/protobuf';
import {
  applyChangeToProto,
  askedStateFromProto,
  fieldChangeToProto,
  specFromProto,
  WorkloadSchema,
  type WorkloadService,
  workloadToProto,
} from '@capsule/api/wire';
import {
  type ContainerFiles,
  type ContainerRuntime,
  cellOfWorkload,
  isName,
  matchesLabels,
  type Workload,
  type WorkloadRecord,
} from '@capsule/core';
import type { Feed } from '@capsule/engine';
import type { HandlerContext, ServiceImpl } from '@connectrpc/connect';
import type { BulkTransfers } from '../bulk/transfers.ts';
import type { Caller } from '../identity/caller.ts';
import type { Cells } from '../store/cells.ts';
import type { WorkloadSpecs } from '../store/workload-specs.ts';
import type { WorkloadCommands } from '../workload/commands.ts';
import type { WorkloadController } from '../workload/controller.ts';
import { workloadError } from '../workload/errors.ts';
import { callerKey } from './access/caller-key.ts';
import { requireHostAccess } from './access/require-host-access.ts';
import { bulkCopyCalls } from './workload/bulk-copy.ts';
import { copyFromWorkload, copyToWorkload, statWorkloadPath } from './workload/copy.ts';
import { execInWorkload } from './workload/exec.ts';
import { type ContainerTarget, requireContainer } from './workload/find-container.ts';
import { streamWorkloadLogs, type WorkloadLogParts } from './workload/logs.ts';
import { readSelector } from './workload/read-selector.ts';
import { streamWorkloadStats } from './workload/stats.ts';
import { watchWorkloads } from './workload/watch.ts';

export interface WorkloadServiceParts extends WorkloadLogParts {
  readonly specs: WorkloadSpecs;
  readonly cells: Pick<Cells, 'get' | 'list'>;
  readonly commands: WorkloadCommands;
  readonly controller: WorkloadController;
  readonly feed: Feed;
  readonly runtime: ContainerRuntime;
  readonly files: ContainerFiles;
  readonly transfers: BulkTransfers;
}

/** Implements the calls about workloads. Methods that are missing here answer Unimplemented. */
export function workloadService(
  parts: WorkloadServiceParts,
): Partial<ServiceImpl<typeof WorkloadService>> {
  const { files, runtime } = parts;
  const partsFor = ({ values }: HandlerContext) => ({
    files,
    runtime,
    find: (target: ContainerTarget) => enterContainer(parts, target, values.get(callerKey)),
  });
  return {
    apply(request, { values }) {
      const { commands, controller } = parts;
      const wanted = request.workload ?? create(WorkloadSchema);
      const spec = specFromProto(wanted);
      requireHostAccess(values.get(callerKey), wanted.name, spec);
      const { record, change, fields, recreates } = commands.apply(spec, {
        desired: askedStateFromProto(wanted.name, wanted.desiredState),
        dryRun: request.dryRun,
      });
      return {
        workload: workloadToProto(controller.describe(record)),
        change: applyChangeToProto(change),
        fields: fields.map(fieldChangeToProto),
        recreates,
      };
    },
    get(request) {
      return workloadToProto(find(parts, request.name));
    },
    list({ labelSelector }) {
      const { specs, cells, controller } = parts;
      const selector = readSelector(labelSelector);
      const all = specs.list();
      const chosen = all.filter(({ spec }) => matchesLabels(selector, spec.labels));
      return {
        workloads: chosen.map((record) => workloadToProto(controller.describe(record))),
        otherCells: labelSelector === '' ? cells.list().length - all.length : 0,
      };
    },
    async delete(request, context) {
      const { commands, controller } = parts;
      const existed = commands.delete(request.name, request.force);
      // The client may disconnect: the desired state is stored, and the workload is deleted anyway.
      if (existed) await controller.untilGone(cellOfWorkload(request.name), context.signal);
      return { existed };
    },
    async stop({ name, graceSeconds }, context) {
      const { commands, controller } = parts;
      const changed = commands.stop(name, graceFromProto(graceSeconds));
      // The client may disconnect: the desired state is stored, and the workload stops anyway.
      await controller.untilStopped(cellOfWorkload(name), context.signal);
      return { changed };
    },
    start({ name }) {
      const changed = parts.commands.start(name);
      return { changed, workload: workloadToProto(find(parts, name)) };
    },
    restart({ name, graceSeconds }) {
      parts.commands.restart(name, graceFromProto(graceSeconds));
      return { workload: workloadToProto(find(parts, name)) };
    },
    logs(request, context) {
      requireContainer(parts, request);
      return streamWorkloadLogs(request, parts, context.signal);
    },
    copyTo(requests, context) {
      return copyToWorkload(requests, partsFor(context), context.signal);
    },
    copyFrom(request, context) {
      return copyFromWorkload(request, partsFor(context), context.signal);
    },
    ...bulkCopyCalls(parts.transfers, partsFor),
    statPath(request, context) {
      return statWorkloadPath(request, partsFor(context), context.signal);
    },
    exec(messages, context) {
      return execInWorkload(messages, partsFor(context), context.signal);
    },
    stats(request, context) {
      const { runtime, specs, cells, controller } = parts;
      return streamWorkloadStats(
        request,
        {
          runtime,
          find: (name) => find(parts, name),
          list: () => specs.list().map((record) => controller.describe(record)),
          otherCells: () => cells.list().length - specs.list().length,
          now: Date.now,
        },
        context.signal,
      );
    },
    watch(request, context) {
      return watchWorkloads(request, parts, context.signal);
    },
  };
}

/** A program in a container that reaches the host, and a file of it, reach as far. */
function enterContainer(
  parts: WorkloadServiceParts,
  target: ContainerTarget,
  caller: Caller,
): WorkloadRecord {
  const record = requireContainer(parts, target);
  requireHostAccess(caller, record.spec.name, record.spec);
  return record;
}

function graceFromProto(seconds: number | undefined): number | undefined {
  return seconds === undefined ? undefined : seconds * 1000;
}

function find(parts: WorkloadServiceParts, name: string): Workload {
  const record = isName(name) ? parts.specs.get(name) : undefined;
  if (record === undefined) throw workloadError.NOT_FOUND({ name });
  return parts.controller.describe(record);
}
