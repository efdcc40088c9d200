/**
 * Options of a kernel configuration that another one does not have as they are written, as their
 * lines: make takes an unknown option, or one whose needs are not met, without a word. Pure.
 */
export function missingOptions(required: string, actual: string): readonly string[] {
  const has = new Set(optionLines(actual));
  return optionLines(required).filter((line) => !has.has(line));
}

function optionLines(config: string): readonly string[] {
  const lines = config.split('\n').map((line) => line.trim());
  return lines.filter((line) => /^(CONFIG_\w+=|# CONFIG_\w+ is not set$)/.test(line));
}
