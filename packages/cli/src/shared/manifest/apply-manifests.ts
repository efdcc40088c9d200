import {
  type CapsuleClient,
  errorFromDetail,
  type FieldChange,
  type ManifestResult,
  type ReportedWorkload,
  registryToProto,
  scheduleToProto,
  specToProto,
  WorkloadChange,
  workloadFromProto,
} from '@capsule/api';
import type { CapsuleError, Manifest, RegistrySpec, VolumeSpec, WorkloadSpec } from '@capsule/core';
import { registrySpecs, volumeSpecs, workloadSpecs } from '@capsule/core/manifest';
import type { Context } from '../../program/context/context.ts';
import { retryAway } from '../stream/retry-away.ts';
import { type Change, changeOf } from './change.ts';

/** What the capsule made of one registry or volume. */
export type DeclaredResult<Spec> =
  | { readonly spec: Spec; readonly change: Change; readonly fields: readonly FieldChange[] }
  | Refused<Spec>;
export type RegistryResult = DeclaredResult<RegistrySpec>;
export type VolumeResult = DeclaredResult<VolumeSpec>;

/** What the capsule made of one workload. */
export type ApplyResult =
  | {
      readonly spec: WorkloadSpec;
      readonly workload: ReportedWorkload;
      readonly change: Change;
      readonly fields: readonly FieldChange[];
      readonly recreates: boolean;
    }
  | Refused<WorkloadSpec>;

interface Refused<Spec> {
  readonly spec: Spec;
  readonly error: CapsuleError;
}

/** What was done, or with `dryRun` would be, and what is refused; nothing of what was left undone. */
export interface AppliedManifests {
  readonly registries: readonly RegistryResult[];
  readonly volumes: readonly VolumeResult[];
  readonly workloads: readonly ApplyResult[];
}

/**
 * Hands all manifests over in one call, which applies all or none. The same again changes nothing, so a lost
 * answer is asked for again. Fails where the capsule cannot be reached.
 */
export async function applyManifests(
  client: CapsuleClient,
  { manifests, dryRun }: { readonly manifests: readonly Manifest[]; readonly dryRun: boolean },
  context: Context,
): Promise<AppliedManifests> {
  const { signal } = context;
  const registries = registrySpecs(manifests);
  const volumes = volumeSpecs(manifests);
  const workloads = workloadSpecs(manifests);
  const request = {
    registries: registries.map((spec) => registryToProto(spec)),
    volumes: volumes.map(volumeToWire),
    workloads: workloads.map(specToProto),
    dryRun,
  };
  const answer = await retryAway(() => client.manifest.apply(request, { signal }), context);
  return {
    registries: registries.flatMap((spec, at) => declaredResult(spec, answer.registries[at])),
    volumes: volumes.flatMap((spec, at) => declaredResult(spec, answer.volumes[at])),
    workloads: workloads.flatMap((spec, at) => workloadResult(spec, answer.workloads[at])),
  };
}

function volumeToWire({ name, sizeBytes, snapshotSchedule }: VolumeSpec) {
  const schedule = snapshotSchedule && scheduleToProto(snapshotSchedule);
  return { name, sizeBytes: BigInt(sizeBytes), ...(schedule && { snapshotSchedule: schedule }) };
}

function declaredResult<Spec>(
  spec: Spec,
  result: ManifestResult | undefined,
): DeclaredResult<Spec>[] {
  if (result?.error !== undefined) return [{ spec, error: errorFromDetail(result.error) }];
  if (result === undefined || result.change === WorkloadChange.UNSPECIFIED) return [];
  return [{ spec, change: changeOf(result.change), fields: result.fields }];
}

function workloadResult(spec: WorkloadSpec, result: ManifestResult | undefined): ApplyResult[] {
  if (result?.error !== undefined) return [{ spec, error: errorFromDetail(result.error) }];
  if (result?.workload === undefined) return [];
  const { change, fields, recreates, workload } = result;
  return [
    { spec, workload: workloadFromProto(workload), change: changeOf(change), fields, recreates },
  ];
}
