/** The shells for which there is a completion. */
export const shells = ['bash', 'zsh', 'fish'] as const;
export type ShellName = (typeof shells)[number];

/** The hidden verb that the scripts call. */
export const completeVerb = '__complete';

/*
 * Each script asks `alidade __complete`, which prints `words` and the candidates, one a line with its description
 * behind a tab, or `files` where the names of files are wanted.
 */
export const scripts: Readonly<Record<ShellName, string>> = {
  bash: `# Completion of alidade for bash. In ~/.bashrc: source <(alidade completion bash)
_alidade() {
  local found
  mapfile -t found < <(alidade ${completeVerb} bash "$COMP_WORDBREAKS" "\${COMP_LINE:0:COMP_POINT}" 2>/dev/null)
  COMPREPLY=()
  if [[ \${found[0]} == words ]]; then
    COMPREPLY=("\${found[@]:1}")
  else
    compopt -o default
  fi
}
complete -F _alidade alidade
`,
  zsh: `#compdef alidade
# Completion of alidade for zsh. In ~/.zshrc, after compinit: source <(alidade completion zsh)
_alidade() {
  local -a found items
  found=("\${(@f)$(alidade ${completeVerb} words "\${(@Q)words[2,CURRENT]}" 2>/dev/null)}")
  if [[ $found[1] != words ]]; then
    _files
    return
  fi
  shift found
  (( $#found )) || return 1
  items=("\${(@)found//:/\\\\:}")
  items=("\${(@)items/$'\\t'/:}")
  _describe -t words alidade items
}
if [[ $funcstack[1] == _alidade ]]; then
  _alidade "$@"
else
  compdef _alidade alidade
fi
`,
  fish: `# Completion of alidade for fish. In ~/.config/fish/config.fish: alidade completion fish | source
function __alidade_complete
    set -l before (commandline -opc)
    set -l current (commandline -ct)
    set -l found (alidade ${completeVerb} words $before[2..-1] "$current" 2>/dev/null)
    if test "$found[1]" = words
        printf '%s\\n' $found[2..-1]
    else
        __fish_complete_path "$current"
    end
end
complete -c alidade -f -a '(__alidade_complete)'
`,
};
