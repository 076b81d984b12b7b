" gocpp: C++ with go, select, chan and the arrow.
if exists('b:current_syntax')
  finish
endif
runtime! syntax/cpp.vim
unlet! b:current_syntax

" A statement's first word: after a bracket, a semicolon, a colon, or nothing.
syntax match gocppKeyword /\%(^\|[{};:)]\)\s*\zsgo\ze\s\+[A-Za-z_:(\[~]/
syntax match gocppKeyword /\%(^\|[{};:)]\)\s*\zsselect\ze\s*\%({\|$\)/
syntax match gocppArrow /<-\%([-=]\|\s*\d\)\@!\|<-\ze\s/
syntax match gocppDefine /:=/
syntax match gocppType /\<\%(chan\|send_chan\|recv_chan\)\ze\s*</
syntax match gocppFunction /\<make_chan\ze\s*[<(]/

highlight default link gocppKeyword Statement
highlight default link gocppArrow Operator
highlight default link gocppDefine Operator
highlight default link gocppType Type
highlight default link gocppFunction Function

let b:current_syntax = 'gocpp'
