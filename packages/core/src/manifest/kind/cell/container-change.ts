import type { ContainerDocument } from '../../../resource/workload/cell-document.ts';
import { differences } from '../differences.ts';
import type { FieldChange } from '../field-change.ts';
import { hasSameMeaning } from '../has-same-meaning.ts';
import { EDIT_EFFECTS } from './edit-effect.ts';
import { containerBlock } from './print-container.ts';

type Block = Readonly<Record<string, unknown>>;

/**
 * Every field of a manifest that differs, by its name there; for a new container every field that a manifest would
 * write. The root is left out: it never changes. Pure.
 */
export function describeContainerChange(
  before: ContainerDocument | undefined,
  after: ContainerDocument,
): readonly FieldChange[] {
  const [old, next] = [before === undefined ? {} : blockOf(before), blockOf(after)];
  const fields = [...new Set([...Object.keys(old), ...Object.keys(next)])];
  return fields.flatMap((field) => {
    if (hasSameMeaning(field, old[field], next[field])) return [];
    const recreates = recreatesContainers(field);
    return differences(field, old[field], next[field]).map((leaf) => ({ ...leaf, recreates }));
  });
}

/** A change of one variable or label is a change of no other. */
function blockOf(document: ContainerDocument): Block {
  const { root: _root, ...block } = containerBlock(document);
  const { env, labels } = document.spec;
  return { ...block, ...mapOf({ env }), ...mapOf({ labels }) };
}

/** An empty map is left out. */
function mapOf(block: Readonly<Record<string, object>>): Block {
  return Object.fromEntries(Object.entries(block).filter(([, map]) => Object.keys(map).length > 0));
}

function recreatesContainers(field: string): boolean {
  const effect = EDIT_EFFECTS[field as keyof typeof EDIT_EFFECTS];
  return effect === 'newContainer' || effect === 'newContainers';
}
