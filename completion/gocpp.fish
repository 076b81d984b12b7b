# Completion of gocpp for fish: its own words, clang's options as clang itself completes them, and files.

function __gocpp_clang_options
    set -l word (commandline -ct)
    if string match -q -- '-*=*' $word
        # clang wants a comma before what there is of a value, and gives values alone.
        set -l flag (string replace -r '=.*' '=' -- $word)
        gocpp --autocomplete=(string replace '=' '=,' -- $word) 2>/dev/null | string replace -r '^' -- $flag
    else if string match -q -- '-*' $word
        gocpp --autocomplete=$word 2>/dev/null
    end
end

complete -c gocpp -n __fish_is_first_arg -a run -d 'Compile to a temporary program and run it'
complete -c gocpp -n __fish_is_first_arg -a lsp -d 'Be a language server that stands before clangd'
complete -c gocpp -n __fish_is_first_arg -a format -d 'Format files by the rules of clang-format'
complete -c gocpp -n __fish_is_first_arg -a gdb -d 'Start gdb with what it has to know of goroutines'
complete -c gocpp -l emit-cpp -d 'Print the C++ that a file is lowered to'
complete -c gocpp -l hook-libc -d 'Let waiting calls of libc park the goroutine'
complete -c gocpp -o fgocpp-prelude -d 'Include <gocpp/gocpp.h> in any case'
complete -c gocpp -l help -d 'Show the options'
complete -c gocpp -l version -d 'Show the version'
complete -c gocpp -n 'string match -q -- "-*" (commandline -ct)' -a '(__gocpp_clang_options)'
