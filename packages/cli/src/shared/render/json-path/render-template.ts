import { selectNodes } from './select-nodes.ts';
import type { Part } from './template.ts';

/** The text that a template makes of an output; its last line is ended. Fails with `CLI_PATH_UNKNOWN`. Pure. */
export function renderTemplate(parts: readonly Part[], root: unknown): string {
  const text = renderParts(parts, { root, node: root, isStrict: true });
  return text === '' || text.endsWith('\n') ? text : `${text}\n`;
}

function renderParts(parts: readonly Part[], ground: Parameters<typeof selectNodes>[1]): string {
  return parts
    .map((part) => {
      if (part.kind === 'text') return part.text;
      const nodes = selectNodes(part.path, ground);
      if (part.kind === 'value') return nodes.map(printNode).join(' ');
      const { root } = ground;
      // An item may lack what others have.
      return nodes.map((node) => renderParts(part.parts, { root, node, isStrict: false })).join('');
    })
    .join('');
}

function printNode(node: unknown): string {
  if (node === null || node === undefined) return '';
  return typeof node === 'object' ? JSON.stringify(node) : String(node);
}
