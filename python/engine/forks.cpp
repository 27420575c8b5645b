// SPDX-License-Identifier: BSD-3-Clause
#include "python/engine/forks.h"

#include <pthread.h>

namespace py = pybind11;

namespace shapefuzz {
namespace {

thread_local bool engine_runs = false;
thread_local bool told = false;  // the interpreter, of the fork at hand
thread_local PyGILState_STATE state;
PyObject* worker_hook = nullptr;

void before_fork() {
  // A loss that forks holds the GIL, and os.fork tells the interpreter by itself.
  told = engine_runs && PyGILState_Check() == 0;
  if (!told) return;
  state = PyGILState_Ensure();
  PyOS_BeforeFork();
}

void after_fork_in_parent() {
  if (!told) return;
  PyOS_AfterFork_Parent();
  PyGILState_Release(state);
}

void after_fork_in_child() {
  if (!told) return;
  PyOS_AfterFork_Child();
  PyObject* const result = PyObject_CallNoArgs(worker_hook);
  if (result == nullptr) PyErr_Print();
  Py_XDECREF(result);
  PyGILState_Release(state);
}

}  // namespace

EngineRuns::EngineRuns(const py::object& on_worker) {
  static const int registered =
      ::pthread_atfork(before_fork, after_fork_in_parent, after_fork_in_child);
  static_cast<void>(registered);
  worker_hook = on_worker.ptr();
  Py_INCREF(worker_hook);
  engine_runs = true;
  thread_ = PyEval_SaveThread();
}

EngineRuns::~EngineRuns() {
  PyEval_RestoreThread(thread_);
  engine_runs = false;
  Py_CLEAR(worker_hook);
}

}  // namespace shapefuzz
