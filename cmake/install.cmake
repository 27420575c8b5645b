# SPDX-License-Identifier: BSD-3-Clause
# What is installed: the command with its corpus, and for losses of one's own the headers, the
# libraries and a CMake package. `cpack` makes a .deb of it.
#
# All rooms become one library, so that nobody outside knows them.
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

get_property(rooms GLOBAL PROPERTY SHAPEFUZZ_ROOMS)
# NAME: `shapefuzz::NAME`, in `libFILE.a`.
function(shapefuzz_install_library target name file)
  set_target_properties(
    ${target} PROPERTIES EXPORT_NAME ${name} OUTPUT_NAME ${file} LINKER_LANGUAGE CXX
                         ARCHIVE_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/lib)
  install(TARGETS ${target} EXPORT shapefuzz ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR})
endfunction()

# One library of all objects of these targets.
function(shapefuzz_install_rooms target name file)
  list(TRANSFORM ARGN REPLACE "(.+)" "$<TARGET_OBJECTS:\\1>" OUTPUT_VARIABLE objects)
  add_library(${target} STATIC ${objects})
  target_include_directories(${target} INTERFACE $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>)
  target_compile_features(${target} INTERFACE cxx_std_${SHAPEFUZZ_CXX})
  target_link_libraries(
    ${target} INTERFACE $<INSTALL_INTERFACE:shapefuzz::torch> $<INSTALL_INTERFACE:fmt::fmt>)
  shapefuzz_install_library(${target} ${name} ${file})
endfunction()

shapefuzz_install_rooms(shapefuzz_engine shapefuzz shapefuzz ${rooms} shapefuzz_cli)

# What production code links: shapes, contracts and words, and nothing that judges.
shapefuzz_install_rooms(
  shapefuzz_guard guard shapefuzz_guard shapefuzz_language_text shapefuzz_language_shape
  shapefuzz_language_contract shapefuzz_language_case shapefuzz_language_repair
  shapefuzz_tell_shapes shapefuzz_tell_guard)

add_library(shapefuzz_command STATIC harness/cli/own_main.cpp)
target_link_libraries(shapefuzz_command PRIVATE $<BUILD_INTERFACE:shapefuzz_losses_own>)
target_link_libraries(shapefuzz_command INTERFACE $<INSTALL_INTERFACE:shapefuzz::shapefuzz>)
shapefuzz_install_library(shapefuzz_command command shapefuzz_command)

add_library(shapefuzz_own_suite STATIC
            properties/own_main.cpp $<TARGET_OBJECTS:shapefuzz_property> $<TARGET_OBJECTS:shapefuzz_suites>
            $<TARGET_OBJECTS:shapefuzz_loss_properties>)
target_link_libraries(shapefuzz_own_suite PRIVATE $<BUILD_INTERFACE:shapefuzz_losses_own>)
target_link_libraries(
  shapefuzz_own_suite INTERFACE $<INSTALL_INTERFACE:shapefuzz::shapefuzz>
                                $<INSTALL_INTERFACE:GTest::gtest> $<INSTALL_INTERFACE:rapidcheck>)
shapefuzz_install_library(shapefuzz_own_suite suite shapefuzz_suite)

add_library(
  shapefuzz_own_target STATIC fuzz/own_target.cpp fuzz/dispatch_target.cpp fuzz/dispatch.cpp
                              fuzz/feedback.cpp fuzz/case_mutator.cpp)
target_link_libraries(
  shapefuzz_own_target PRIVATE $<BUILD_INTERFACE:shapefuzz_losses_own>
                               $<BUILD_INTERFACE:shapefuzz_search_campaign>)
target_link_libraries(shapefuzz_own_target INTERFACE $<INSTALL_INTERFACE:shapefuzz::shapefuzz>)
# libFuzzer has these or not: it refers to them weakly, for which no linker takes anything out of a
# library, and without the first one the target would fuzz LibTorch's losses.
target_link_options(shapefuzz_own_target INTERFACE -Wl,-u,LLVMFuzzerInitialize
                    -Wl,-u,LLVMFuzzerCustomMutator)
shapefuzz_install_library(shapefuzz_own_target fuzz_target shapefuzz_fuzz_target)
foreach(target shapefuzz_command shapefuzz_own_suite shapefuzz_own_target)
  precompile_torch_headers(${target})
endforeach()

set(package ${CMAKE_INSTALL_LIBDIR}/cmake/shapefuzz)
set(SHAPEFUZZ_TORCH "${Torch_VERSION}")
configure_package_config_file(cmake/shapefuzzConfig.cmake.in shapefuzzConfig.cmake
                              INSTALL_DESTINATION ${package})
write_basic_package_version_file(shapefuzzConfigVersion.cmake COMPATIBILITY SameMinorVersion)
# Where it lies, it knows itself: a prefix may be chosen only when it is installed.
file(RELATIVE_PATH shapefuzz_prefix_from_pc
     "${CMAKE_INSTALL_PREFIX}/${CMAKE_INSTALL_LIBDIR}/pkgconfig" "${CMAKE_INSTALL_PREFIX}")
string(REGEX REPLACE "/$" "" shapefuzz_prefix_from_pc "${shapefuzz_prefix_from_pc}")
set(shapefuzz_torch_cflags "")
foreach(directory ${TORCH_INCLUDE_DIRS})
  get_filename_component(directory "${directory}" REALPATH)
  string(APPEND shapefuzz_torch_cflags " -I${directory}")
endforeach()
string(APPEND shapefuzz_torch_cflags " ${TORCH_CXX_FLAGS}")
get_filename_component(shapefuzz_torch_libdir "${TORCH_LIBRARY}" DIRECTORY)
configure_file(cmake/shapefuzz.pc.in shapefuzz.pc @ONLY)
install(EXPORT shapefuzz NAMESPACE shapefuzz:: FILE shapefuzzTargets.cmake DESTINATION ${package})
install(FILES ${PROJECT_BINARY_DIR}/shapefuzzConfig.cmake
              ${PROJECT_BINARY_DIR}/shapefuzzConfigVersion.cmake cmake/shapefuzzLosses.cmake
              cmake/portable_target.cmake
        DESTINATION ${package})
install(PROGRAMS fuzz/oss-fuzz/layout.sh fuzz/oss-fuzz/own.sh DESTINATION ${package}/oss-fuzz)
install(FILES fuzz/oss-fuzz/cases.dict DESTINATION ${package}/oss-fuzz)
install(FILES ${PROJECT_BINARY_DIR}/shapefuzz.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
install(TARGETS shapefuzz RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
install(DIRECTORY include/shapefuzz DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
install(DIRECTORY corpus/baseline corpus/regression
        DESTINATION ${CMAKE_INSTALL_DATADIR}/shapefuzz/corpus)
install(FILES README.md LICENSE docs/own-loss.md docs/contracts.md DESTINATION ${CMAKE_INSTALL_DOCDIR})
install(DIRECTORY examples DESTINATION ${CMAKE_INSTALL_DOCDIR})

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_CONTACT "the shapefuzz developers <shapefuzz@localhost>")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "Is the shape handling of this loss function right?")
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION devel)
# The shared libraries of the command by what it needs; the rest for losses of one's own.
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_DEPENDS
    "libtorch-dev, libfmt-dev, libgtest-dev, librapidcheck-dev, cmake, make, g++ | c++-compiler")
include(CPack)
