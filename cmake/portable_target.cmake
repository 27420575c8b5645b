# SPDX-License-Identifier: BSD-3-Clause
# A program that finds its libraries in the folder `lib` beside it, wherever it is copied to, and the
# libraries of those too: as an old RPATH, for a RUNPATH does not count for them.
function(shapefuzz_portable_target target)
  set_target_properties(${target} PROPERTIES BUILD_WITH_INSTALL_RPATH ON INSTALL_RPATH "$ORIGIN/lib"
                                             INSTALL_RPATH_USE_LINK_PATH OFF)
  target_link_options(${target} PRIVATE -Wl,--disable-new-dtags)
endfunction()
