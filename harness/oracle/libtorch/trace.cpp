// SPDX-License-Identifier: BSD-3-Clause
#include "harness/oracle/libtorch/trace.h"

#include <ATen/record_function.h>

#include <memory>

#include "harness/language/text/hash.h"

namespace shapefuzz {
namespace {

bool tracing = false;
bool recording = false;        // a judged call runs
bool enabled_outside = false;  // what LibTorch's own switch was before it
std::vector<std::uint64_t> operators;

std::unique_ptr<at::ObserverContext> on_operator(const at::RecordFunction& function) {
  if (recording && operators.size() < kMaxTraced) operators.push_back(hash_of(function.name()));
  return nullptr;
}

}  // namespace

void trace_operators() {
  if (tracing) return;
  tracing = true;
  operators.reserve(kMaxTraced);
  at::addGlobalCallback(
      at::RecordFunctionCallback(on_operator)
          .scopes({at::RecordScope::FUNCTION, at::RecordScope::BACKWARD_FUNCTION}));
  at::enableRecordFunction(false);
}

const std::vector<std::uint64_t>& traced_operators() { return operators; }

Traced::Traced() {
  if (!tracing) return;
  operators.clear();
  enabled_outside = at::isRecordFunctionEnabled();
  at::enableRecordFunction(true);
  recording = true;
}

Traced::~Traced() { end_trace(); }

void end_trace() {
  if (!recording) return;
  recording = false;
  at::enableRecordFunction(enabled_outside);
}

}  // namespace shapefuzz
