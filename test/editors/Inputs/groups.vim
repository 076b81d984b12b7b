" Prints which group of the highlighting the words of the open file are in: a line, a column and its word, and the group.
set nomore
let s:out = []
for [s:line, s:word] in [[2, 'chan'], [2, 'send_chan'], [3, 'go'], [3, 'count'], [4, '<-'], [5, ':='], [6, 'select'], [7, '<-'], [9, '<-'],
      \ [10, 'go'], [11, 'go'], [11, '<-'], [11, 'select'], [12, 'make_chan'], [13, 'return']]
  let s:column = match(getline(s:line), '\V' . (s:word =~ '\w' ? '\<' . s:word . '\>' : s:word)) + 1
  call add(s:out, s:line . ' ' . s:word . ' ' . synIDattr(synID(s:line, s:column, 1), 'name'))
endfor
call add(s:out, 'filetype ' . &filetype)
call writefile(s:out, $GROUPS)
qall!
