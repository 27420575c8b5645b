// SPDX-License-Identifier: BSD-3-Clause
// The engine forks its workers in C++, where the interpreter does not see it. Includes Python
// headers.
#pragma once

#include <pybind11/pybind11.h>

namespace shapefuzz {

/// While it lives, the calling thread runs the engine without the GIL. Each of its forks tells the
/// interpreter, as os.fork does: locks that other threads of Python hold are free in the worker,
/// which begins with `on_worker()`.
class EngineRuns {
 public:
  explicit EngineRuns(const pybind11::object& on_worker);
  ~EngineRuns();
  EngineRuns(const EngineRuns&) = delete;
  EngineRuns& operator=(const EngineRuns&) = delete;

 private:
  PyThreadState* thread_;
};

}  // namespace shapefuzz
