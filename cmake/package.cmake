# `cpack` makes a Debian package and an archive of the installed files.
#
# What gocpp itself links, dpkg-shlibdeps finds out. Compiling takes what clang++ takes, so its package is asked for: clang's
# headers, the assembler's part of clang, a linker, and the headers of libc and libstdc++.

set(CPACK_PACKAGE_NAME gocpp)
set(CPACK_PACKAGE_CONTACT "The gocpp developers <gocpp@localhost>")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "goroutines, channels and select for C++: compiler driver and runtime")
set(CPACK_PACKAGE_DESCRIPTION "gocpp compiles C++ with Go's go, chan, <- and select to native programs on a bundled scheduler.
 It takes the options of clang++, and serves as a compiler launcher before g++ or clang++ in CMake projects.")
set(CPACK_GENERATOR "DEB;TGZ")
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_VERBATIM_VARIABLES ON)

set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION devel)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_DEPENDS "clang-${GOCPP_LLVM_MAJOR}")
set(CPACK_DEBIAN_PACKAGE_RECOMMENDS "libclang-rt-${GOCPP_LLVM_MAJOR}-dev")
set(CPACK_DEBIAN_PACKAGE_SUGGESTS "cmake, g++, ccache, clangd-${GOCPP_LLVM_MAJOR}")
# The policy of Debian: group and others may read, nobody but root writes.
set(CPACK_INSTALL_DEFAULT_DIRECTORY_PERMISSIONS OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE WORLD_READ WORLD_EXECUTE)
include(CPack)
