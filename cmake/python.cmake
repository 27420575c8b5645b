# SPDX-License-Identifier: BSD-3-Clause
# The Python that the module is built for: the one that asks (pip), Python3_EXECUTABLE, or else the
# first of the PATH and the system's that has torch. Sets SHAPEFUZZ_TORCH_VERSION_OF_PYTHON and
# SHAPEFUZZ_TORCH_OF_PYTHON, its folder.
if(Python_EXECUTABLE AND NOT Python3_EXECUTABLE)
  set(Python3_EXECUTABLE ${Python_EXECUTABLE}) # scikit-build-core says so
endif()
set(SHAPEFUZZ_TORCH_OF_PYTHON "")
foreach(python ${Python3_EXECUTABLE} python3 /usr/bin/python3)
  execute_process(
    COMMAND ${python} -c "import torch; print(torch.__version__, torch.__path__[0], sep=';')"
    OUTPUT_VARIABLE found ERROR_QUIET OUTPUT_STRIP_TRAILING_WHITESPACE)
  if(found)
    list(GET found 0 SHAPEFUZZ_TORCH_VERSION_OF_PYTHON)
    list(GET found 1 SHAPEFUZZ_TORCH_OF_PYTHON)
    find_program(found_python ${python} NO_CACHE REQUIRED)
    set(Python3_EXECUTABLE ${found_python})
    break()
  elseif(Python3_EXECUTABLE)
    break() # that one or none
  endif()
endforeach()
if(SKBUILD AND EXISTS ${SHAPEFUZZ_TORCH_OF_PYTHON}/share/cmake)
  list(APPEND CMAKE_PREFIX_PATH ${SHAPEFUZZ_TORCH_OF_PYTHON}/share/cmake)
endif()

# Behind find_package(Torch): what else the module needs. `why_not` is empty, or says what is missing.
macro(shapefuzz_find_python why_not)
  set(${why_not} "")
  string(REGEX MATCH "^[0-9]+[.][0-9]+" torch_of_python "${SHAPEFUZZ_TORCH_VERSION_OF_PYTHON}")
  if(NOT SHAPEFUZZ_TORCH_OF_PYTHON)
    set(${why_not} "there is no Python that has torch")
  elseif(NOT "${Torch_VERSION}" MATCHES "^${torch_of_python}[.]")
    set(${why_not} "${Python3_EXECUTABLE} has torch ${SHAPEFUZZ_TORCH_VERSION_OF_PYTHON}, and the \
LibTorch is ${Torch_VERSION}")
  else()
    set(PYTHON_EXECUTABLE ${Python3_EXECUTABLE}) # for pybind11's own search
    find_package(Python3 QUIET COMPONENTS Interpreter Development.Module)
    find_package(pybind11 QUIET)
    if(NOT Python3_FOUND)
      set(${why_not} "the headers of ${Python3_EXECUTABLE} are missing (python3-dev)")
    elseif(NOT pybind11_FOUND)
      set(${why_not} "pybind11 is missing (pybind11-dev)")
    endif()
  endif()
endmacro()
