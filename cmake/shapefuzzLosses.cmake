# SPDX-License-Identifier: BSD-3-Clause
# Losses of your own:
#
#   shapefuzz_add_losses(my_losses SOURCES losses.cpp [LIBRARIES my_library] [BASELINE known.txt])
#
# makes three programs of the losses that shapefuzz::losses() returns (<shapefuzz/loss.h>):
#   my_losses             the command: sweep, run, shrink, fuzz, triage, report, emit, infer
#   my_losses_properties  the property suite, its tests discovered by ctest; SHAPEFUZZ_PROFILE is
#                         dev, ci or nightly
#   my_losses_fuzz        a target for libFuzzer, where the compiler has it, or for the engine that
#                         LIB_FUZZING_ENGINE in the environment names, as OSS-Fuzz does;
#                         `cmake --install BUILD --component fuzz --prefix $OUT` puts it there as
#                         OSS-Fuzz wants it, with its seeds, dictionary, options and libraries
# BASELINE names what you have decided to live with (`my_losses sweep --write-baseline FILE`).
include_guard(GLOBAL)
include(CheckCXXSourceCompiles)
include(GoogleTest)
include(${CMAKE_CURRENT_LIST_DIR}/portable_target.cmake)
set(shapefuzz_LAYOUT ${CMAKE_CURRENT_LIST_DIR}/oss-fuzz)

function(shapefuzz_has_libfuzzer result)
  set(CMAKE_REQUIRED_FLAGS -fsanitize=fuzzer)
  check_cxx_source_compiles(
    "#include <cstddef>\n#include <cstdint>
     extern \"C\" int LLVMFuzzerTestOneInput(const std::uint8_t*, std::size_t) { return 0; }"
    SHAPEFUZZ_HAS_LIBFUZZER)
  set(${result} ${SHAPEFUZZ_HAS_LIBFUZZER} PARENT_SCOPE)
endfunction()

function(shapefuzz_add_losses name)
  cmake_parse_arguments(ARG "" "BASELINE" "SOURCES;LIBRARIES" ${ARGN})
  if(NOT ARG_SOURCES)
    message(FATAL_ERROR "shapefuzz_add_losses(${name}): expected SOURCES, the files of the losses")
  endif()
  if(ARG_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "shapefuzz_add_losses(${name}): found '${ARG_UNPARSED_ARGUMENTS}', "
                        "expected SOURCES, LIBRARIES or BASELINE")
  endif()
  add_library(${name}_objects OBJECT ${ARG_SOURCES})
  target_link_libraries(${name}_objects PUBLIC shapefuzz::shapefuzz ${ARG_LIBRARIES})

  add_executable(${name} $<TARGET_OBJECTS:${name}_objects>)
  target_link_libraries(${name} PRIVATE shapefuzz::command ${ARG_LIBRARIES})

  add_executable(${name}_properties $<TARGET_OBJECTS:${name}_objects>)
  target_link_libraries(${name}_properties PRIVATE shapefuzz::suite ${ARG_LIBRARIES})
  set(environment)
  if(ARG_BASELINE)
    get_filename_component(baseline ${ARG_BASELINE} ABSOLUTE)
    set(environment PROPERTIES ENVIRONMENT SHAPEFUZZ_BASELINE=${baseline})
  endif()
  gtest_discover_tests(${name}_properties DISCOVERY_TIMEOUT 120 TEST_PREFIX "${name}." ${environment})

  set(engine $ENV{LIB_FUZZING_ENGINE})
  if(NOT engine)
    shapefuzz_has_libfuzzer(has_libfuzzer)
    if(has_libfuzzer)
      set(engine -fsanitize=fuzzer)
    endif()
  endif()
  if(engine)
    # Compiled anew, with coverage.
    add_executable(${name}_fuzz ${ARG_SOURCES})
    target_compile_options(${name}_fuzz PRIVATE -fsanitize=fuzzer-no-link)
    target_link_libraries(${name}_fuzz PRIVATE shapefuzz::fuzz_target ${ARG_LIBRARIES} ${engine})
    shapefuzz_portable_target(${name}_fuzz)
    # Its seeds are cases of the losses, which the command knows.
    install(
      CODE "execute_process(
        COMMAND bash ${shapefuzz_LAYOUT}/own.sh $<TARGET_FILE:${name}> $<TARGET_FILE:${name}_fuzz>
                \${CMAKE_INSTALL_PREFIX} COMMAND_ERROR_IS_FATAL ANY)"
      COMPONENT fuzz EXCLUDE_FROM_ALL)
  endif()
endfunction()
