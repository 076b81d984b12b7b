# What `cmake --install` puts where, and the package as other projects find it. layout.cmake names the places.
#
# A section for each kind of file: programs and libraries, headers, CMake and pkg-config files, editors and debugger, documents, the
# shell's completion.

include(CMakePackageConfigHelpers)

# ---- Programs and libraries

get_property(GOCPP_EXPORTED_TARGETS GLOBAL PROPERTY GOCPP_LIBRARIES)
if(TARGET gocpp)
  list(APPEND GOCPP_EXPORTED_TARGETS gocpp)
elseif(GOCPP_TOOL)
  install(PROGRAMS ${GOCPP_TOOL} DESTINATION ${CMAKE_INSTALL_BINDIR} RENAME gocpp)
endif()
install(TARGETS ${GOCPP_EXPORTED_TARGETS} EXPORT gocppTargets
        RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR} ARCHIVE DESTINATION ${GOCPP_INSTALL_ARCHIVES}
        INCLUDES DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
install(FILES ${GOCPP_ARCHIVES}/gocpp_hooks.list DESTINATION ${GOCPP_INSTALL_ARCHIVES})

# ---- Headers

install(DIRECTORY ${PROJECT_SOURCE_DIR}/include/gocpp DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} FILES_MATCHING PATTERN "*.h")

# ---- CMake's package, installed and in the build tree; pkg-config

set(GOCPP_EXPORTED "")
foreach(target IN LISTS GOCPP_EXPORTED_TARGETS)
  get_target_property(name ${target} EXPORT_NAME)
  list(APPEND GOCPP_EXPORTED ${name})
endforeach()
list(TRANSFORM GOCPP_EXPORTED REPLACE "^.*NOTFOUND$" gocpp)
string(REPLACE ";" " " GOCPP_EXPORTED "${GOCPP_EXPORTED}")
set(here ${PROJECT_BINARY_DIR}/lib/cmake/gocpp)

install(EXPORT gocppTargets NAMESPACE gocpp:: DESTINATION ${GOCPP_INSTALL_CMAKE})
export(EXPORT gocppTargets NAMESPACE gocpp:: FILE ${here}/gocppTargets.cmake)
set(GOCPP_CONFIG_ARCHIVES ${GOCPP_INSTALL_ARCHIVES})
set(GOCPP_CONFIG_SCRIPT ${GOCPP_INSTALL_GDB}/gocpp-gdb.py)
configure_package_config_file(cmake/gocppConfig.cmake.in ${PROJECT_BINARY_DIR}/install/gocppConfig.cmake
                              INSTALL_DESTINATION ${GOCPP_INSTALL_CMAKE} PATH_VARS CMAKE_INSTALL_BINDIR GOCPP_CONFIG_ARCHIVES GOCPP_CONFIG_SCRIPT)
function(gocpp_configure_in_build_tree)
  set(CMAKE_INSTALL_BINDIR bin)
  set(GOCPP_CONFIG_ARCHIVES lib)
  set(GOCPP_CONFIG_SCRIPT "")
  configure_package_config_file(cmake/gocppConfig.cmake.in ${here}/gocppConfig.cmake
                                INSTALL_PREFIX ${PROJECT_BINARY_DIR} INSTALL_DESTINATION ${here}
                                PATH_VARS CMAKE_INSTALL_BINDIR GOCPP_CONFIG_ARCHIVES)
endfunction()
gocpp_configure_in_build_tree()
write_basic_package_version_file(${here}/gocppConfigVersion.cmake COMPATIBILITY SameMinorVersion)
configure_file(cmake/functions.cmake ${here}/functions.cmake COPYONLY)
install(FILES ${PROJECT_BINARY_DIR}/install/gocppConfig.cmake ${here}/gocppConfigVersion.cmake ${here}/functions.cmake cmake/gdb.cmake
        DESTINATION ${GOCPP_INSTALL_CMAKE})

file(RELATIVE_PATH GOCPP_PC_TO_PREFIX ${CMAKE_INSTALL_FULL_LIBDIR}/pkgconfig ${CMAKE_INSTALL_PREFIX})
configure_file(cmake/gocpp.pc.in ${PROJECT_BINARY_DIR}/install/gocpp.pc @ONLY)
install(FILES ${PROJECT_BINARY_DIR}/install/gocpp.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)

# ---- Editors and the debugger

# Vim and Neovim look there by themselves when the prefix is /usr.
install(DIRECTORY editors/vim/ DESTINATION ${CMAKE_INSTALL_DATADIR}/vim/vimfiles)
install(DIRECTORY editors/vim/ DESTINATION ${CMAKE_INSTALL_DATADIR}/nvim/site)
install(FILES editors/nvim/gocpp.lua DESTINATION ${CMAKE_INSTALL_DATADIR}/nvim/site/lua)
install(DIRECTORY editors/vscode DESTINATION ${CMAKE_INSTALL_DATADIR}/gocpp/editors
        PATTERN node_modules EXCLUDE PATTERN "package-lock.json" EXCLUDE PATTERN "*.vsix" EXCLUDE PATTERN .gitignore EXCLUDE PATTERN check EXCLUDE
        PATTERN client.test.js EXCLUDE)
install(FILES runtime/gdb/gocpp-gdb.py DESTINATION ${GOCPP_INSTALL_GDB})
install(DIRECTORY runtime/gdb/gocpp_gdb DESTINATION ${GOCPP_INSTALL_GDB} FILES_MATCHING PATTERN "*.py")

# ---- Documents, examples, licences

install(FILES docs/gocpp.1 DESTINATION ${CMAKE_INSTALL_MANDIR}/man1)
install(FILES README.md DESTINATION ${CMAKE_INSTALL_DOCDIR})
install(DIRECTORY docs/ DESTINATION ${CMAKE_INSTALL_DOCDIR} FILES_MATCHING PATTERN "*.md" PATTERN models EXCLUDE)
install(DIRECTORY examples DESTINATION ${CMAKE_INSTALL_DOCDIR} FILES_MATCHING PATTERN "*.gcpp")
install(DIRECTORY licenses DESTINATION ${CMAKE_INSTALL_DOCDIR})

# ---- The shell's completion

install(FILES completion/gocpp.bash DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions RENAME gocpp)
install(FILES completion/_gocpp DESTINATION ${CMAKE_INSTALL_DATADIR}/zsh/vendor-completions)
install(FILES completion/gocpp.fish DESTINATION ${CMAKE_INSTALL_DATADIR}/fish/vendor_completions.d)

# ---- Packages

if(GOCPP_IS_TOP AND TARGET gocpp)
  include(cmake/package.cmake)
endif()
