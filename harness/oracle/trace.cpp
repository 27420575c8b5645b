#include "harness/oracle/trace.h"

#include <ATen/record_function.h>

#include <memory>
#include <string_view>

namespace shapefuzz {
namespace {

bool tracing = false;
std::vector<std::uint64_t> operators;

// FNV-1a: the same in every process, unlike the address of the name.
std::uint64_t hash_of(const char* name) {
  std::uint64_t hash = 0xcbf29ce484222325U;
  for (; *name != '\0'; ++name) {
    hash = (hash ^ static_cast<unsigned char>(*name)) * 0x100000001b3U;
  }
  return hash;
}

std::unique_ptr<at::ObserverContext> on_operator(const at::RecordFunction& function) {
  if (operators.size() < kMaxTraced) operators.push_back(hash_of(function.name()));
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
  at::enableRecordFunction(true);
}

Traced::~Traced() {
  if (tracing) at::enableRecordFunction(false);
}

}  // namespace shapefuzz
