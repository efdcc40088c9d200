import type { CellSpec } from '../../../resource/cell/cell.ts';
import type { WorkloadSpec } from '../../../resource/workload/workload.ts';
import { recreates } from '../workload/workload-change.ts';
import type { CELL_CONTAINER_FIELDS } from './read-container.ts';

/**
 * How a changed field of a running cell takes effect: capsuled keeps the container, replaces it, or replaces all
 * containers of the cell; the document means another container; or the apply is refused.
 */
export type EditEffect =
  | 'inPlace'
  | 'newContainer'
  | 'newContainers'
  | 'otherContainer'
  | 'refused';

type CellContainerField = (typeof CELL_CONTAINER_FIELDS)[number];
type Own = Exclude<keyof WorkloadSpec, 'name' | keyof CellSpec> | 'labels';
type Shared = Exclude<keyof CellSpec, 'labels'>;

const own = (field: Own): EditEffect => (recreates(field) ? 'newContainer' : 'inPlace');
const shared = (field: Shared): EditEffect => (recreates(field) ? 'newContainers' : 'inPlace');

/** The effect by the field of a manifest; the compiler asks for each. */
export const EDIT_EFFECTS: Readonly<Record<CellContainerField, EditEffect>> = {
  id: 'otherContainer',
  realmId: 'otherContainer',
  spaceId: 'otherContainer',
  stackId: 'otherContainer',
  cellId: 'otherContainer',
  containerdId: 'refused',
  root: 'refused',
  image: own('image'),
  imagePullPolicy: own('imagePullPolicy'),
  command: own('command'),
  args: own('args'),
  workingDir: own('workingDir'),
  user: own('user'),
  groupAdd: own('groupAdd'),
  env: own('env'),
  ports: own('ports'),
  volumes: own('mounts'),
  networksAliases: own('aliases'),
  hostNetwork: shared('networkMode'),
  hostPID: own('hostPid'),
  hostIPC: own('hostIpc'),
  hostname: shared('hostname'),
  extraHosts: shared('extraHosts'),
  dns: shared('dns'),
  privileged: own('privileged'),
  restartPolicy: own('restartPolicy'),
  restartBackoffSeconds: own('restartBackoffSeconds'),
  restartMaxRetries: own('restartMaxRetries'),
  healthCheck: own('healthCheck'),
  minReadySeconds: own('minReadySeconds'),
  dependsOn: shared('dependsOn'),
  updatePolicy: shared('updatePolicy'),
  updateTimeoutSeconds: shared('updateTimeoutSeconds'),
  readOnlyRootFilesystem: own('readOnlyRootFilesystem'),
  capabilities: own('capabilities'),
  securityOpts: own('securityOpts'),
  devices: own('devices'),
  tmpfs: own('tmpfs'),
  resources: own('resources'),
  ulimits: own('ulimits'),
  shmSize: own('shmSize'),
  // Only new namespaces are without a setting that was removed.
  sysctls: 'newContainers',
  stopSignal: own('stopSignal'),
  stopGraceSeconds: own('stopGraceSeconds'),
  labels: own('labels'),
};
