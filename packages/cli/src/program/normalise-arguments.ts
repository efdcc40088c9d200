/**
 * Brings what a person typed into the one form that the parser knows: `-n=100` is `-n 100`, and
 * `help workload list` is `workload list --help`. Behind `--` nothing is touched.
 */
export function normaliseArguments(words: readonly string[]): readonly string[] {
  const [first, ...rest] = words;
  if (first === 'help') return [...rest, '--help'];
  const end = words.indexOf('--');
  const flags = end < 0 ? words : words.slice(0, end);
  const behind = end < 0 ? [] : words.slice(end);
  const apart = flags.flatMap((word) => {
    const short = /^(-[A-Za-z])=(.*)$/s.exec(word);
    return short ? [short[1] ?? '', short[2] ?? ''] : [word];
  });
  return [...apart, ...behind];
}
