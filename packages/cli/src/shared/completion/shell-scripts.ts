/** Says that a file may stand there too. No candidate is this line: each has a tab. */
export const FILES = ':file';

/** Run by each shell to find out what may stand next: the program itself, asked with `__complete`. */
const SCRIPTS = {
  // bash splits words at @, = and : too, and replaces what stands behind the last : or =, or from the last @ on.
  bash: (program) => `_${program}() {
  local line rest word next files= words=() at=0
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
    if [[ "$line" == ${FILES} ]]; then files=1; else COMPREPLY+=("\${line#"$next"}"); fi
  done < <("\${words[0]}" __complete -- "\${words[@]:1}" 2>/dev/null)
  if [[ -n "$files" && \${#COMPREPLY[@]} == 0 ]]; then
    compopt -o default
  elif [[ -n "$files" ]]; then
    while read -r line; do
      if [[ -d "$line" ]]; then line+=/; fi
      COMPREPLY+=("$(printf %q "$line")")
    done < <(compgen -f -- "$word")
  fi
  if [[ \${#COMPREPLY[@]} == 1 && "\${COMPREPLY[0]}" == *[:=/] ]]; then compopt -o nospace; fi
}
complete -F _${program} ${program}
`,
  zsh: (program) => `#compdef ${program}
_${program}() {
  local -a lines plain open
  local line word entry files ret=1
  lines=("\${(@f)$("\${words[1]}" __complete -- "\${(@)words[2,CURRENT]}" 2>/dev/null)}")
  for line in $lines; do
    if [[ $line == ${FILES} ]]; then files=1; continue; fi
    word="\${line%%$'\\t'*}"
    entry="\${word//:/\\\\:}:\${line#*$'\\t'}"
    if [[ $word == *[:=] ]]; then open+=("$entry"); else plain+=("$entry"); fi
  done
  if (( $#plain )); then _describe '${program}' plain && ret=0; fi
  if (( $#open )); then _describe '${program}' open -S '' && ret=0; fi
  if [[ -n $files ]]; then _files && ret=0; fi
  return ret
}
compdef _${program} ${program}
`,
  fish: (program) => `function __${program}_complete
    set -l words (commandline -opc)
    set -l typed (commandline -ct)
    for line in ($words[1] __complete -- $words[2..] "$typed" 2>/dev/null)
        if test "$line" = ${FILES}
            __fish_complete_path "$typed"
        else
            echo $line
        end
    end
end
complete -c ${program} -f -a '(__${program}_complete)'
`,
  powershell: (
    program,
  ) => `Register-ArgumentCompleter -Native -CommandName ${program} -ScriptBlock {
  param($typed, $ast, $position)
  $words = @($ast.CommandElements | Where-Object { $_.Extent.EndOffset -lt $position } | ForEach-Object { "$_" })
  $rest = @($words | Select-Object -Skip 1) + @("$typed")
  & $words[0] __complete -- @rest 2>$null | Where-Object { $_ -ne '${FILES}' } | ForEach-Object {
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
