# libbacktrace, which GCC's own package brings, as one object file that goes into the runtime's archives.
#
# So users link nothing more. Its names are made local but for three, which get a prefix: a program may link a
# libbacktrace of its own. GOCPP_BACKTRACE_OBJECT is empty where there is none; reports then show what the dynamic linker knows.

set(GOCPP_BACKTRACE_OBJECT "")
set(GOCPP_BACKTRACE_INCLUDE ${PROJECT_BINARY_DIR}/backtrace)

function(gocpp_make_backtrace_object)
  execute_process(COMMAND ${CMAKE_CXX_COMPILER} -print-file-name=libbacktrace.a
                  OUTPUT_VARIABLE archive OUTPUT_STRIP_TRAILING_WHITESPACE)
  cmake_path(GET archive PARENT_PATH dir)
  find_file(GOCPP_BACKTRACE_HEADER backtrace.h HINTS ${dir}/include)
  if(NOT EXISTS "${archive}" OR NOT GOCPP_BACKTRACE_HEADER)
    message(STATUS "libbacktrace not found: reports of a program's end will lack lines")
    return()
  endif()
  # The compiler's own include directory cannot be searched as a whole: it is another compiler's.
  configure_file(${GOCPP_BACKTRACE_HEADER} ${GOCPP_BACKTRACE_INCLUDE}/backtrace.h COPYONLY)
  set(object ${GOCPP_BACKTRACE_INCLUDE}/libbacktrace.o)
  set(roots "")
  set(renames "")
  set(globals "")
  foreach(name create_state pcinfo syminfo)
    list(APPEND roots -u backtrace_${name})
    list(APPEND renames --redefine-sym backtrace_${name}=gocpp_rt_backtrace_${name})
    list(APPEND globals -G gocpp_rt_backtrace_${name})
  endforeach()
  execute_process(COMMAND ${CMAKE_LINKER} -r ${roots} ${archive} -o ${object} COMMAND_ERROR_IS_FATAL ANY)
  # Two steps, since in one -G would be asked about the old names.
  execute_process(COMMAND ${CMAKE_OBJCOPY} --strip-debug ${renames} ${object} COMMAND_ERROR_IS_FATAL ANY)
  execute_process(COMMAND ${CMAKE_OBJCOPY} ${globals} ${object} COMMAND_ERROR_IS_FATAL ANY)
  set(GOCPP_BACKTRACE_OBJECT ${object} PARENT_SCOPE)
endfunction()
gocpp_make_backtrace_object()

# Gives a library of the runtime what symbolize.cc needs.
function(gocpp_add_backtrace target)
  if(GOCPP_BACKTRACE_OBJECT)
    set_source_files_properties(${GOCPP_BACKTRACE_OBJECT} PROPERTIES EXTERNAL_OBJECT TRUE)
    target_sources(${target} PRIVATE ${GOCPP_BACKTRACE_OBJECT})
    target_include_directories(${target} PRIVATE ${GOCPP_BACKTRACE_INCLUDE})
    target_compile_definitions(${target} PRIVATE GOCPP_HAVE_LIBBACKTRACE)
  endif()
endfunction()
