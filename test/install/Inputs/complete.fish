# What the completion for fish offers for some beginnings: complete.fish PREFIX
set -x PATH $argv[1]/bin $PATH
source $argv[1]/share/fish/vendor_completions.d/gocpp.fish
complete -C 'gocpp --hook'
complete -C 'gocpp -stdlib=libc'
complete -C 'gocpp ru'
complete -C 'gocpp run --em'
