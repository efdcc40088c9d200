/** What each shell runs to know what may stand next: the program itself, asked with `__complete`. */
const SCRIPTS = {
  // bash splits words at @, = and : too, and replaces what stands behind the last : or =, or from the last @ on.
  bash: (program) => `_${program}() {
  local line rest word next words=() at=0
  rest="\${COMP_LINE:0:COMP_POINT}"
  for word in "\${COMP_WORDS[@]:0:COMP_CWORD+1}"; do
    next="\${rest#"\${rest%%[![:space:]]*}"}"
    [[ "$next" == "$word"* ]] || word="$next"
    if [[ "$at" == 0 || "$next" != "$rest" ]]; then
      words[at]="$word" at=$((at+1))
    else
      words[at-1]+="$word"
    fi
    rest="\${next#"$word"}"
  done
  word="\${words[at-1]}" next="\${COMP_WORDBREAKS//[!@=:]/}"
  if [[ -n "$next" ]]; then
    line="\${word##*[$next]}"
    [[ "$word" == *@"$line" ]] && line="@$line"
    next="\${word%"$line"}"
  fi
  COMPREPLY=()
  while IFS=$'\\t' read -r line _; do
    COMPREPLY+=("\${line#"$next"}")
  done < <("\${words[0]}" __complete -- "\${words[@]:1}" 2>/dev/null)
}
complete -o default -F _${program} ${program}
`,
  zsh: (program) => `#compdef ${program}
_${program}() {
  local -a lines candidates
  local line
  lines=("\${(@f)$("\${words[1]}" __complete -- "\${(@)words[2,CURRENT]}" 2>/dev/null)}")
  for line in $lines; do
    candidates+=("\${line%%$'\\t'*}:\${line#*$'\\t'}")
  done
  if (( \${#candidates} )); then _describe '${program}' candidates; else _files; fi
}
compdef _${program} ${program}
`,
  fish: (program) => `function __${program}_complete
    set -l words (commandline -opc)
    set -l typed (commandline -ct)
    $words[1] __complete -- $words[2..] "$typed" 2>/dev/null
end
complete -c ${program} -a '(__${program}_complete)'
`,
  powershell: (
    program,
  ) => `Register-ArgumentCompleter -Native -CommandName ${program} -ScriptBlock {
  param($typed, $ast, $position)
  $words = @($ast.CommandElements | Where-Object { $_.Extent.EndOffset -lt $position } | ForEach-Object { "$_" })
  $rest = @($words | Select-Object -Skip 1) + @("$typed")
  & $words[0] __complete -- @rest 2>$null | ForEach-Object {
    $word, $about = $_ -split "\`t", 2
    if (-not $about) { $about = $word }
    [System.Management.Automation.CompletionResult]::new($word, $word, 'ParameterValue', $about)
  }
}
`,
} as const satisfies Readonly<Record<string, (program: string) => string>>;

export type Shell = keyof typeof SCRIPTS;
export const SHELLS = Object.keys(SCRIPTS) as Shell[];

export function shellScript(shell: Shell, program: string): string {
  return SCRIPTS[shell](program);
}
