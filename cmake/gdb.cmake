# gocpp_gdb.o: what makes gdb load gocpp-gdb.py by itself with every program of gocpp's.
#
# The object holds one entry for the section .debug_gdb_scripts, the script's absolute path. gocpp's build tree has one that names the
# script in the source tree. A project that uses an installed gocpp makes its own when it is configured, since the installation may have
# been moved; what gocpp itself links, tool/driver/gdb_object.cc makes. gdb asks whether the script's directory is safe:
# share/gdb/auto-load of gdb's own prefix is.

# Leaves the object alone that names the script already, so that nothing is linked again.
function(gocpp_make_gdb_object compiler script object)
  # R: kept though nothing refers to it.
  string(CONCAT text "  .section .debug_gdb_scripts,\"aMSR\",@progbits,1\n  .byte 1\n  .asciz \"${script}\"\n"
              "  .section .note.GNU-stack,\"\",@progbits\n")
  set(before "")
  if(EXISTS ${object} AND EXISTS ${object}.s)
    file(READ ${object}.s before)
  endif()
  if(NOT text STREQUAL before)
    file(WRITE ${object}.s "${text}")
    execute_process(COMMAND ${compiler} -c ${object}.s -o ${object} COMMAND_ERROR_IS_FATAL ANY)
  endif()
endfunction()
