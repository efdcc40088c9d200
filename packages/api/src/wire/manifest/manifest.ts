import { create } from '@bufbuild/protobuf';
import {
  type ApplyChange,
  type CapsuleError,
  type Declared,
  levelOf,
  type ScopeSpec,
} from '@capsule/core';
import {
  type ManifestApplyRequest,
  ManifestApplyRequestSchema,
  type ManifestApplyResponse,
  type ManifestResult,
} from '../../gen/capsule/v1/manifest_pb.ts';
import { type FieldChange, WorkloadChange } from '../../gen/capsule/v1/workload_pb.ts';
import {
  cellDocumentToProto,
  containerDocumentToProto,
  nodeFromProto,
  type ReportedNode,
  scopeSpecToProto,
} from '../cell/node.ts';
import { placeFromProto } from '../cell/place.ts';
import { errorFromDetail } from '../error/error.ts';
import { registryToProto } from '../registry.ts';
import { volumeSpecToProto } from '../volume/volume-manifest.ts';
import { type ReportedWorkload, workloadFromProto } from '../workload/workload.ts';
import { specToProto } from '../workload/workload-spec.ts';
import { applyChangeFromProto } from './apply-change.ts';

type Kind = Declared['kind'];
type SpecOf<K extends Kind> = Extract<Declared, { readonly kind: K }>['spec'];

/** How manifests of one kind travel in `ManifestService.Apply`. */
interface ManifestWire<Spec> {
  put(request: ManifestApplyRequest, spec: Spec): void;
  results(answer: ManifestApplyResponse): readonly ManifestResult[];
}

const SCOPE_LEVELS = ['realm', 'space', 'stack'] as const;

function scopeWire(level: (typeof SCOPE_LEVELS)[number]): ManifestWire<ScopeSpec> {
  return {
    put: ({ scopes }, spec) => scopes.push(scopeSpecToProto(spec)),
    results: ({ scopes }) =>
      scopes.filter(({ place }) => place && levelOf(placeFromProto(place)) === level),
  };
}

const WIRES: { readonly [K in Kind]: ManifestWire<SpecOf<K>> } = {
  registry: {
    put: ({ registries }, spec) => registries.push(registryToProto(spec)),
    results: ({ registries }) => registries,
  },
  volume: {
    put: ({ volumes }, spec) => volumes.push(volumeSpecToProto(spec)),
    results: ({ volumes }) => volumes,
  },
  realm: scopeWire('realm'),
  space: scopeWire('space'),
  stack: scopeWire('stack'),
  cell: {
    put: ({ cells }, spec) => cells.push(cellDocumentToProto(spec)),
    results: ({ cells }) => cells,
  },
  container: {
    put: ({ containers }, spec) => containers.push(containerDocumentToProto(spec)),
    results: ({ containers }) => containers,
  },
  workload: {
    put: ({ workloads }, spec) => workloads.push(specToProto(spec)),
    results: ({ workloads }) => workloads,
  },
};

/** The result of one applied manifest. */
export type AppliedManifest = Declared &
  (
    | {
        readonly change: ApplyChange;
        readonly fields: readonly FieldChange[];
        /** The change needs a new container or microVM. */
        readonly recreates: boolean;
        /** The stored workload after the apply. */
        readonly workload?: ReportedWorkload;
        /** The stored realm, space, stack, cell or container after the apply. */
        readonly node?: ReportedNode;
      }
    | { readonly error: CapsuleError }
  );

/** How manifests are applied. */
export interface ApplyOptions {
  readonly dryRun?: boolean;
  /** Refuse to change what exists. */
  readonly createOnly?: boolean;
}

export function applyRequestFrom(
  manifests: readonly Declared[],
  { dryRun = false, createOnly = false }: ApplyOptions = {},
): ManifestApplyRequest {
  const request = create(ManifestApplyRequestSchema, { dryRun, createOnly });
  for (const { kind, spec } of manifests) wireOf(kind).put(request, spec);
  return request;
}

/** By kind, and within a kind in the order of the request. Omits manifests that were not applied. */
export function appliedFromProto(
  manifests: readonly Declared[],
  answer: ManifestApplyResponse,
): readonly AppliedManifest[] {
  return (Object.keys(WIRES) as Kind[]).flatMap((kind) => {
    const results = wireOf(kind).results(answer);
    return manifests
      .filter((manifest) => manifest.kind === kind)
      .flatMap((manifest, at) => appliedOf(manifest, results[at]));
  });
}

function appliedOf(
  { kind, spec }: Declared,
  result: ManifestResult | undefined,
): readonly AppliedManifest[] {
  if (result === undefined) return [];
  const { error, change, fields, recreates, workload, node } = result;
  const declared = { kind, spec } as Declared;
  if (error !== undefined) return [{ ...declared, error: errorFromDetail(error) }];
  if (workload === undefined && change === WorkloadChange.UNSPECIFIED) return [];
  return [
    {
      ...declared,
      change: applyChangeFromProto(change),
      fields,
      recreates,
      ...(workload && { workload: workloadFromProto(workload) }),
      ...(node && { node: nodeFromProto(node) }),
    },
  ];
}

// biome-ignore lint/suspicious/noExplicitAny: a manifest has the spec of its kind, which a table by kind cannot say
function wireOf(kind: Kind): ManifestWire<any> {
  return WIRES[kind];
}
