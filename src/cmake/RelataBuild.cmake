# SPDX-License-Identifier: Apache-2.0
#
# How Relata's own targets are compiled. Nothing here reaches a program that links Relata.

option(RELATA_WARNINGS_AS_ERRORS "Treat compiler warnings as errors" OFF)
option(RELATA_PCH "Precompile the heavy headers" ${PROJECT_IS_TOP_LEVEL})
option(RELATA_FUZZ "Link the fuzz targets with libFuzzer (clang only)" OFF)
set(RELATA_SANITIZE "" CACHE STRING "Sanitizers for every target, e.g. address,undefined")

# ccache, when there is one, told what it has to know about precompiled headers: they may define
# macros, and <header>.gch.sum says what they hold (relata_precompile writes it).
if(PROJECT_IS_TOP_LEVEL AND NOT DEFINED CMAKE_CXX_COMPILER_LAUNCHER)
  find_program(RELATA_CCACHE ccache)
  mark_as_advanced(RELATA_CCACHE)
  if(RELATA_CCACHE)
    set(CMAKE_C_COMPILER_LAUNCHER "${RELATA_CCACHE}")
    set(CMAKE_CXX_COMPILER_LAUNCHER
      ${CMAKE_COMMAND} -E env CCACHE_SLOPPINESS=pch_defines,time_macros CCACHE_PCH_EXTSUM=1
      ${RELATA_CCACHE})
  endif()
endif()

# relata_build_options(TARGET): warnings, sanitizers, and for Debug the standard library's checks.
function(relata_build_options target)
  target_compile_options(${target} PRIVATE -Wall -Wextra
    $<$<BOOL:${RELATA_WARNINGS_AS_ERRORS}>:-Werror>)
  target_compile_definitions(${target} PRIVATE $<$<CONFIG:Debug>:_GLIBCXX_ASSERTIONS>)
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
    # False alarms of GCC 12 on std::string once it optimises (GCC bugs 105329 and 105651).
    target_compile_options(${target} PRIVATE
      $<$<COMPILE_LANGUAGE:CXX>:-Wno-array-bounds;-Wno-restrict;-Wno-stringop-overflow;-Wno-stringop-overread>)
  endif()
  if(RELATA_SANITIZE)
    target_compile_options(${target} PRIVATE -fsanitize=${RELATA_SANITIZE}
      -fno-sanitize-recover=all -fno-omit-frame-pointer)
    target_link_options(${target} PRIVATE -fsanitize=${RELATA_SANITIZE})
  endif()
  if(RELATA_FUZZ)
    target_compile_options(${target} PRIVATE -fsanitize=fuzzer-no-link)
    target_link_options(${target} PRIVATE -fsanitize=fuzzer-no-link)
  endif()
  if(RELATA_PCH AND CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    # Lets ccache see through a precompiled header.
    target_compile_options(${target} PRIVATE $<$<COMPILE_LANGUAGE:CXX>:-fpch-preprocess>)
  endif()
endfunction()

# relata_precompile(TARGET [HEADER...]): the headers that cost most, and HEADER..., are read once for
# the whole target. Worth it from about five sources on.
function(relata_precompile target)
  if(RELATA_PCH)
    target_precompile_headers(${target} PRIVATE
      <algorithm> <cstdint> <functional> <map> <memory> <optional> <span> <string> <string_view>
      <unordered_map> <utility> <variant> <vector>
      <absl/status/status.h> <absl/status/statusor.h> <nlohmann/json.hpp> ${ARGN})
    # Headers of the system only, so their packages' versions stand for their content.
    file(CONFIGURE
      OUTPUT ${CMAKE_CURRENT_BINARY_DIR}/CMakeFiles/${target}.dir/cmake_pch.hxx.gch.sum
      CONTENT "${CMAKE_CXX_COMPILER_VERSION} ${absl_VERSION} ${nlohmann_json_VERSION} ${ARGN}\n")
  endif()
endfunction()
