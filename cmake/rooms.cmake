# SPDX-License-Identifier: BSD-3-Clause
# The rooms of harness/: a room is a folder `harness/WING/ROOM`, a library `shapefuzz_WING_ROOM`, and
# the rooms that it may use. scripts/arrows holds the includes against this list.
#
#   shapefuzz_room(SOURCES a.cpp b.cpp USES language/text language/shape [LIBRARIES fmt::fmt]
#                  [TORCH] [COVERED a.cpp])
#
# TORCH: it includes torch headers. Each such file costs 10 s of parsing, which the precompiled
# header of the first such room pays once for all.
# COVERED: what libFuzzer gets coverage of. The targets of the parsers look for new ways through
# what reads text, and through nothing else; the dispatch target looks for new ways through LibTorch,
# which has no counters.
function(shapefuzz_room)
  cmake_parse_arguments(ROOM "TORCH" "" "SOURCES;USES;LIBRARIES;COVERED" ${ARGN})
  file(RELATIVE_PATH path ${PROJECT_SOURCE_DIR}/harness ${CMAKE_CURRENT_SOURCE_DIR})
  string(REPLACE "/" "_" name ${path})
  set(target shapefuzz_${name})
  add_library(${target} STATIC ${ROOM_SOURCES})
  set_property(GLOBAL APPEND PROPERTY SHAPEFUZZ_ROOMS ${target})
  list(TRANSFORM ROOM_USES REPLACE "/" "_")
  list(TRANSFORM ROOM_USES PREPEND "shapefuzz_")
  target_link_libraries(${target} PUBLIC ${ROOM_USES} ${ROOM_LIBRARIES} shapefuzz_flags)
  if(ROOM_TORCH)
    target_link_libraries(${target} PUBLIC shapefuzz_torch)
    precompile_torch_headers(${target})
  endif()
  if(ROOM_COVERED AND SHAPEFUZZ_LIBFUZZER)
    set_source_files_properties(${ROOM_COVERED} PROPERTIES COMPILE_OPTIONS "${SHAPEFUZZ_COVERAGE}")
  endif()

  # Static libraries keep quiet about what they lack, so the whole room is linked with what it may
  # use and nothing else: a function of a room above is an undefined reference.
  if(NOT SHAPEFUZZ_LIBFUZZER AND NOT SHAPEFUZZ_SANITIZERS)
    set(program ${target}_stands_alone)
    add_executable(${program} ${PROJECT_SOURCE_DIR}/cmake/nothing.cpp)
    target_link_libraries(
      ${program} PRIVATE -Wl,--whole-archive $<TARGET_FILE:${target}> -Wl,--no-whole-archive
                         ${target})
    add_dependencies(${program} ${target})
    set_target_properties(${program} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/rooms)
  endif()
endfunction()

# For everything that includes torch headers.
add_library(shapefuzz_torch INTERFACE)
target_link_libraries(shapefuzz_torch INTERFACE ${TORCH_LIBRARIES})
target_include_directories(shapefuzz_torch SYSTEM INTERFACE ${TORCH_INCLUDE_DIRS})
separate_arguments(torch_flags UNIX_COMMAND "${TORCH_CXX_FLAGS}")
target_compile_options(shapefuzz_torch INTERFACE ${torch_flags})

function(precompile_torch_headers target)
  get_property(first GLOBAL PROPERTY SHAPEFUZZ_TORCH_HEADERS)
  if(first)
    target_precompile_headers(${target} REUSE_FROM ${first})
  else()
    target_precompile_headers(
      ${target} PRIVATE <torch/nn/functional/loss.h> <torch/nn/modules/loss.h>
      <torch/nn/modules/adaptive.h> <torch/csrc/autograd/autograd.h>)
    set_property(GLOBAL PROPERTY SHAPEFUZZ_TORCH_HEADERS ${target})
  endif()
endfunction()
