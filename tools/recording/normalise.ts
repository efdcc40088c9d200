/** What differs between two runs of the same tests, and what stands for it. Later rules see what earlier ones made. */
const RULES: readonly (readonly [RegExp, string])[] = [
  // Times of day, and numbers that are times or durations.
  [/\d{4}[-/]\d\d[-/]\d\d[T ]\d\d:\d\d(?::\d\d)?(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)?/g, 'TIME'],
  [/\d\d\/[A-Z][a-z]{2}\/\d{4}:\d\d:\d\d:\d\d [+-]\d{4}/g, 'TIME'],
  [/("\w*(?:Unix|UnixMs|uptimeSeconds)":) ?"?\d+"?/g, '$1TIME'],
  [/\b(?:\d+(?:\.\d+)?(?:ms|h|d|m|s))+\b/g, 'TIME'],
  [/\b\d+(?:\.\d+)? (?:ms|s|seconds|minutes)\b/g, 'TIME'],
  // What is random or a digest.
  [/\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/g, 'UUID'],
  [/sha256:[0-9a-f]{12,64}/g, 'DIGEST'],
  [/\b(?=[0-9a-f]*\d)[0-9a-f]{12,}\b/g, 'HEX'],
  [/\blab-[0-9a-f]{6}\b/g, 'LAB'],
  [/\/tmp\/[\w.-]*-\w{6}\b/g, 'TEMPORARY'],
  // What the machine gave: addresses, chosen ports, processes, memory.
  [/\b(?:10(?:\.\d+){3}|172\.20\.254\.(?!0\b|1\b)\d+)\b/g, 'ADDRESS'],
  [/\b(?:3[2-9]|[45]\d|6[0-5])\d{3}\b/g, 'PORT'],
  [/("(?:pid|pids)":) ?"?\d+"?/g, '$1PID'],
  [/\bpid \d+\b/g, 'pid PID'],
  [/("(?:memory|perm)(?:Total|Available|Used)Bytes":) ?"?\d+"?/g, '$1SIZE'],
  [/\b\d+(?:\.\d+)? [KMGT]iB of /g, 'SIZE of '],
  [/\b\d+\.\d+ ?(?:[KMGT]i?B|%)/g, 'SIZE'],
  // Widths of columns follow from all that.
  [/ {2,}/g, '  '],
];

/** A text without what depends on the moment and the machine. Pure. */
export function normalise(text: string): string {
  return RULES.reduce((rest, [pattern, name]) => rest.replace(pattern, name), text);
}
