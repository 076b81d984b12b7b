# Where things stand, in the build tree and when installed; both have the same shape, so that the tool finds its headers and
# libraries from where it stands itself.
#
#   bin/gocpp   include/gocpp/   lib/gocpp/libgocpp_*.a   lib/cmake/gocpp/   share/…

# The directory that /usr needs none below of: Debian looks for CMake and pkg-config files in lib, whatever the architecture.
set(CMAKE_INSTALL_LIBDIR lib CACHE PATH "Object code libraries (lib)")
include(GNUInstallDirs)
set(GOCPP_INSTALL_ARCHIVES ${CMAKE_INSTALL_LIBDIR}/gocpp)
set(GOCPP_INSTALL_CMAKE ${CMAKE_INSTALL_LIBDIR}/cmake/gocpp)
set(GOCPP_INSTALL_GDB ${CMAKE_INSTALL_DATADIR}/gdb/auto-load/gocpp)
foreach(pair IN ITEMS "GOCPP_BIN_TO_INCLUDE|${CMAKE_INSTALL_FULL_INCLUDEDIR}" "GOCPP_BIN_TO_LIBRARIES|${CMAKE_INSTALL_FULL_LIBDIR}/gocpp"
                      "GOCPP_BIN_TO_GDB|${CMAKE_INSTALL_FULL_DATADIR}/gdb/auto-load/gocpp")
  string(REPLACE "|" ";" pair "${pair}")
  list(GET pair 0 name)
  list(GET pair 1 directory)
  file(RELATIVE_PATH ${name} ${CMAKE_INSTALL_FULL_BINDIR} ${directory})
endforeach()

# The same place for every configuration of a generator that has several.
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY "${PROJECT_BINARY_DIR}/bin$<1:>")
set(CMAKE_ARCHIVE_OUTPUT_DIRECTORY "${PROJECT_BINARY_DIR}/lib$<1:>")
set(GOCPP_ARCHIVES ${PROJECT_BINARY_DIR}/lib)
file(MAKE_DIRECTORY ${PROJECT_BINARY_DIR}/bin ${GOCPP_ARCHIVES})
file(CREATE_LINK ${PROJECT_SOURCE_DIR}/include ${PROJECT_BINARY_DIR}/include SYMBOLIC)
