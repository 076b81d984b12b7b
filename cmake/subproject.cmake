# What differs when gocpp is part of another project: add_subdirectory or FetchContent.
#
# Sanitizers that the project chose for itself are not for the runtime, which has a build for each, nor for the compiler driver.
# Nor is a choice of position-dependent code, interprocedural optimisation or unity builds.

foreach(variable CMAKE_CXX_FLAGS CMAKE_C_FLAGS CMAKE_EXE_LINKER_FLAGS)
  string(REGEX REPLACE "-fsanitize=[^ ]*" "" ${variable} "${${variable}}")
endforeach()
foreach(property COMPILE_OPTIONS LINK_OPTIONS)
  get_directory_property(options ${property})
  list(FILTER options EXCLUDE REGEX "-fsanitize=")
  set_directory_properties(PROPERTIES ${property} "${options}")
endforeach()
set(CMAKE_UNITY_BUILD OFF)
set(CMAKE_INTERPROCEDURAL_OPTIMIZATION OFF)
set(CMAKE_CXX_CLANG_TIDY "")
set(CMAKE_CXX_INCLUDE_WHAT_YOU_USE "")
