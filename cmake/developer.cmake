# What only a developer of gocpp needs: warnings.
add_library(gocpp_developer INTERFACE)
target_compile_options(gocpp_developer INTERFACE -Wall -Wextra -Wno-unused-parameter)
option(GOCPP_WERROR "Treat warnings in gocpp itself as errors" OFF)
if(GOCPP_WERROR)
  target_compile_options(gocpp_developer INTERFACE -Werror)
endif()
