import type { Database } from '@capsule/engine';
import type { ContainerLogs } from '../workload/container-logs.ts';
import { createContainer } from '../workload/step/create.ts';
import { missImage, pullImage } from '../workload/step/image.ts';
import { missRecord } from '../workload/step/miss-record.ts';
import {
  attachNetwork,
  detachNetwork,
  pinNamespaces,
  publishPorts,
  unpinNamespaces,
} from '../workload/step/network.ts';
import { forget, forgetContainer, removeContainer, removeLogs } from '../workload/step/remove.ts';
import { limitContainer, startContainer, stopContainer } from '../workload/step/run.ts';
import { attachVolumes, detachVolumes, fillVolumes } from '../workload/step/volume.ts';
import type { Executors } from '../workload/steps.ts';
import type { WorkloadsParts } from './workload-parts.ts';

/** Creates the executor of each plan step, with only the parts that it needs. */
export function createExecutors(
  db: Database,
  parts: WorkloadsParts,
  logs: ContainerLogs,
): Executors {
  return { cell: cellExecutors(db, parts, logs), container: containerExecutors(db, parts, logs) };
}

function cellExecutors(
  db: Database,
  parts: WorkloadsParts,
  logs: ContainerLogs,
): Executors['cell'] {
  const { records, observer, pauses, ports, volumes, ensureScopes, remakeScopes } = parts;
  const { publisher } = parts.network;
  const { cells, addresses } = records;
  const { network } = ports.network;
  const { attachments, filler } = volumes;
  return {
    attachNetwork: attachNetwork({ network, ensureScopes, remakeScopes, cgroups: ports.cgroups }),
    detachNetwork: detachNetwork({ network, cells, addresses }),
    pinNamespaces: pinNamespaces(ports.network.namespaces),
    unpinNamespaces: unpinNamespaces(ports.network.namespaces),
    publishPorts: publishPorts(publisher),
    attachVolumes: attachVolumes(attachments),
    detachVolumes: detachVolumes(attachments),
    fillVolumes: fillVolumes(filler),
    forget: forget({ db, cells, addresses, pauses, logs, observer, cgroups: ports.cgroups }),
  };
}

function containerExecutors(
  db: Database,
  { records, observer, pauses, ports, volumes: { filler } }: WorkloadsParts,
  logs: ContainerLogs,
): Executors['container'] {
  const { cells, addresses, volumes } = records;
  const { runtime, imageStores: images } = ports;
  const { network } = ports.network;
  const { backend: volumeBackend } = ports.volumes;
  const logPath = ports.logs.pathOf;
  return {
    pullImage: pullImage({ images, observer }),
    missImage,
    missRecord,
    createContainer: createContainer({
      runtime,
      network,
      namespaces: ports.network.namespaces,
      addresses,
      volumes,
      volumeBackend,
      logPath,
    }),
    limitContainer: limitContainer(runtime),
    startContainer: startContainer({ runtime, volumeBackend, pauses, filler, observer }),
    stopContainer: stopContainer({ runtime, observer }),
    removeContainer: removeContainer(runtime),
    removeLogs: removeLogs(logs),
    forgetContainer: forgetContainer({ db, cells, pauses, logs, observer }),
  };
}
