# What only a developer of gocpp needs: warnings.
add_library(gocpp_developer INTERFACE)
target_compile_options(gocpp_developer INTERFACE -Wall -Wextra -Wno-unused-parameter)
# g++ 12 warns of a failure order that is stronger than the success order, which C++17 allows.
target_compile_options(gocpp_developer INTERFACE $<$<CXX_COMPILER_ID:GNU>:-Wno-invalid-memory-model>)
option(GOCPP_WERROR "Treat warnings in gocpp itself as errors" OFF)
if(GOCPP_WERROR)
  target_compile_options(gocpp_developer INTERFACE -Werror)
endif()
