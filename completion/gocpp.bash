# Completion of gocpp for bash: its own words, clang's options as clang itself completes them, and files.

_gocpp() {
  local cur prev words cword
  _init_completion -n = 2>/dev/null || {
    cur=${COMP_WORDS[COMP_CWORD]}
    cword=$COMP_CWORD
  }
  local own="--emit-cpp --hook-libc -fgocpp-prelude --help --version"
  if [[ $cur == -* ]]; then
    local clangs word=$cur
    if [[ $cur == *=* ]]; then word=${cur/=/=,}; fi  # clang wants a comma before what there is of a value, and gives values alone
    clangs=$("${COMP_WORDS[0]}" --autocomplete="$word" 2>/dev/null | cut -f 1)
    if [[ $cur == *=* ]]; then
      mapfile -t COMPREPLY < <(compgen -P "${cur%%=*}=" -W "$clangs" -- "${cur#*=}")
    else
      mapfile -t COMPREPLY < <(compgen -W "$own $clangs" -- "$cur")
    fi
  else
    mapfile -t COMPREPLY < <(compgen -f -- "$cur")
    if [[ $cword == 1 ]]; then COMPREPLY+=($(compgen -W "run lsp format gdb" -- "$cur")); fi
  fi
}
complete -o filenames -F _gocpp gocpp
