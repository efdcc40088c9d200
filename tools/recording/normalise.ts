/**
 * The differences between two runs of the same tests, each with its placeholder. A rule sees the output of the rules before it. Words
 * have a limit in every pattern: a recording holds runs of 256 KiB.
 */
const RULES: readonly (readonly [RegExp, string])[] = [
  // Random values and digests.
  [/\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/g, 'UUID'],
  [/sha256:[0-9a-f]{12,64}/g, 'DIGEST'],
  [/\blab-[0-9a-f]{6}\b/g, 'LAB'],
  [/\/tmp\/[\w.-]{0,60}-\w{6}\b/g, 'TEMPORARY'],
  [/\b(extract-|containerd-mount)\d+(?:-\w{4})?\b/g, '$1RANDOM'],
  [/\b(?:[0-9a-f]{2}:){5}[0-9a-f]{2}\b/g, 'MAC'],
  [/\bfe80:[0-9a-f:]{4,34}/g, 'LINK-LOCAL'],
  // Times of day, and numbers that are times or durations.
  [/\d{4}[-/]\d\d[-/]\d\d[T ]\d\d:\d\d(?::\d\d)?(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)?/g, 'TIME'],
  [/\d\d\/[A-Z][a-z]{2}\/\d{4}:\d\d:\d\d:\d\d [+-]\d{4}/g, 'TIME'],
  [/\b\d\d:\d\d:\d\d\b/g, 'TIME'],
  [/("?\b\w{0,30}(?:Unix|UnixMs)"?:) ?"?\d+"?/g, '$1TIME'],
  [/\b(?:\d{1,9}(?:\.\d{1,9})?(?:ms|h|d|m|s))+\b/g, 'TIME'],
  [/\b\d{1,9}(?:\.\d{1,9})? (?:ms|s|seconds|minutes)\b/g, 'TIME'],
  // Progress at that moment. JSON leaves out a 0, so the rule leaves out all of them.
  [/"?(?:uptimeSeconds|cpuUsageMicros|doneBytes|totalBytes)"?: ?"?\d+"?[,\n]?/g, ''],
  [/\b\d+\/\d+\/\d+\/TIME\b/g, 'CURSOR'],
  [/("id":) ?"?\d+"?/g, '$1ID'],
  // Values of the machine: folders, addresses, chosen ports, processes, memory.
  [/(?:\/[\w.-]{1,60}){1,8}\/(?=(?:examples|docs)\/)/g, 'CHECKOUT/'],
  [/@if\d+:/g, '@LINK:'],
  [/\b(?:10(?:\.\d+){3}|172\.20\.254\.(?!0\b|1\b)\d+)\b/g, 'ADDRESS'],
  [/\b(?:3[2-9]|[45]\d|6[0-5])\d{3}\b/g, 'PORT'],
  [/("?\bpids?"?:) ?"?\d+"?/g, '$1PID'],
  [/\bpid \d+\b/g, 'pid PID'],
  [/("?(?:memory|perm)(?:Total|Available|Used)Bytes"?:) ?"?\d+"?/g, '$1SIZE'],
  [/\b\d{1,6}(?:\.\d+)? [KMGT]iB of /g, 'SIZE of '],
  [/\b\d{1,6}\.\d+ ?(?:[KMGT]i?B|%)/g, 'SIZE'],
  [/\b(?=[0-9a-f]{0,64}\d)[0-9a-f]{12,64}\b/g, 'HEX'],
  // Widths of columns follow from all that.
  [/ {2,}/g, '  '],
];

/** A text without what depends on the moment and the machine. Pure. */
export function normalise(text: string): string {
  return RULES.reduce((rest, [pattern, name]) => rest.replace(pattern, name), text);
}
