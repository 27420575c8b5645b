# SPDX-License-Identifier: BSD-3-Clause
# The Python whose torch is the LibTorch at hand: Python3_EXECUTABLE, the first of the PATH or the
# system's. Sets SHAPEFUZZ_HAS_PYTHON, SHAPEFUZZ_TORCH_VERSION_OF_PYTHON and
# SHAPEFUZZ_TORCH_OF_PYTHON (its folder).
function(shapefuzz_find_torch_of python result)
  execute_process(
    COMMAND ${python} -c "import torch; print(torch.__version__, torch.__path__[0], sep=';')"
    OUTPUT_VARIABLE found ERROR_QUIET OUTPUT_STRIP_TRAILING_WHITESPACE)
  set(${result} ${found} PARENT_SCOPE)
endfunction()

set(SHAPEFUZZ_HAS_PYTHON OFF)
set(pythons python3 /usr/bin/python3)
if(Python3_EXECUTABLE)
  set(pythons ${Python3_EXECUTABLE})
elseif(Python_EXECUTABLE)
  set(pythons ${Python_EXECUTABLE}) # scikit-build-core says so
endif()
foreach(python ${pythons})
  shapefuzz_find_torch_of(${python} torch)
  if(NOT torch)
    continue()
  endif()
  list(GET torch 0 SHAPEFUZZ_TORCH_VERSION_OF_PYTHON)
  list(GET torch 1 SHAPEFUZZ_TORCH_OF_PYTHON)
  find_program(found_python ${python} NO_CACHE)
  set(Python3_EXECUTABLE ${found_python})
  set(PYTHON_EXECUTABLE ${found_python}) # pybind11's own search, of before FindPython3
  find_package(Python3 QUIET COMPONENTS Interpreter Development.Module)
  find_package(pybind11 QUIET)
  if(Python3_FOUND AND pybind11_FOUND)
    set(SHAPEFUZZ_HAS_PYTHON ON)
  endif()
  break()
endforeach()
