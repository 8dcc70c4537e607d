# The compile flags of our own code, in one INTERFACE target that is linked PRIVATE.
add_library(outpost_flags INTERFACE)
target_compile_features(outpost_flags INTERFACE cxx_std_20)
target_compile_options(outpost_flags INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wnon-virtual-dtor -Woverloaded-virtual -Wimplicit-fallthrough -Werror
  # Determinism: no fused multiply-add behind our back, so that every platform gives the same bits.
  -ffp-contract=off
  # Changes no result; lets sqrt be one instruction.
  -fno-math-errno)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # GCC 12 warns wrongly of overlap in inlined std::string concatenation (GCC bug 105651).
  target_compile_options(outpost_flags INTERFACE -Wno-restrict)
endif()
target_compile_definitions(outpost_flags INTERFACE EIGEN_DONT_VECTORIZE)

if(OUTPOST_SANITIZE)
  target_compile_options(outpost_flags INTERFACE -fsanitize=${OUTPOST_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all
    # GCC's instrumentation makes this warning wrong inside libstdc++.
    $<$<CXX_COMPILER_ID:GNU>:-Wno-maybe-uninitialized>)
  target_link_options(outpost_flags INTERFACE -fsanitize=${OUTPOST_SANITIZE})
endif()

set(CMAKE_CXX_EXTENSIONS OFF)
if(EMSCRIPTEN)
  target_compile_options(outpost_flags INTERFACE -msimd128)
  # Debian keeps the parser of Emscripten's JavaScript optimiser outside Emscripten's own folder.
  if(EXISTS /usr/share/nodejs/acorn)
    set_property(GLOBAL PROPERTY RULE_LAUNCH_LINK "${CMAKE_COMMAND} -E env NODE_PATH=/usr/share/nodejs")
  endif()
else()
  set(CMAKE_POSITION_INDEPENDENT_CODE ON)
endif()
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
if(NOT CMAKE_BUILD_TYPE AND NOT CMAKE_CONFIGURATION_TYPES)
  set(CMAKE_BUILD_TYPE Release CACHE STRING "" FORCE)
endif()
find_program(OUTPOST_CCACHE ccache)
if(OUTPOST_CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${OUTPOST_CCACHE})
endif()
