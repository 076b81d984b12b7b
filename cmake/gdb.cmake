# gocpp_gdb.o: what makes gdb load runtime/gdb/gocpp-gdb.py by itself with every program of gocpp's.
#
# The object holds one entry for the section .debug_gdb_scripts, the script's absolute path. Programs are linked with the object of the
# tree that they are linked from: the build tree's names the script in the source tree, the installed one is made when it is installed,
# since only then the prefix is known. gdb asks whether the script's directory is safe: share/gdb/auto-load of gdb's own prefix is.

function(gocpp_make_gdb_object compiler script object)
  # R: kept though nothing refers to it.
  file(WRITE ${object}.s "  .section .debug_gdb_scripts,\"aMSR\",@progbits,1\n  .byte 1\n  .asciz \"${script}\"\n"
                         "  .section .note.GNU-stack,\"\",@progbits\n")
  execute_process(COMMAND ${compiler} -c ${object}.s -o ${object} COMMAND_ERROR_IS_FATAL ANY)
  file(REMOVE ${object}.s)
endfunction()
