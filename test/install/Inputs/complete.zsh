# What the completion for zsh offers for some beginnings: complete.zsh PREFIX. Its helpers, which need an interactive shell, are ours.
path=($1/bin $path)
_call_program() { shift; "$@" }
_describe() { print -rl -- ${(P)@[-1]} }
_files() { }
for PREFIX in --hook -stdlib=libc ru; do
  words=(gocpp $PREFIX) CURRENT=2
  source $1/share/zsh/vendor-completions/_gocpp
done
