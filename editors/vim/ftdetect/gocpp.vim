" Vim and Neovim: which files hold gocpp.
autocmd BufRead,BufNewFile *.gcpp,*.gh setfiletype gocpp
