// SPDX-License-Identifier: BSD-3-Clause
#include "harness/oracle/memory/fault.h"

#include <fmt/core.h>

#include <csignal>
#include <cstring>

namespace shapefuzz {
namespace {

std::string_view verb(Fault::Access access) {
  switch (access) {
    case Fault::Access::kRead:
      return "reads";
    case Fault::Access::kWrite:
      return "writes";
    case Fault::Access::kUnknown:
      break;
  }
  return "touches memory";
}

// What a text in shared memory holds, whoever wrote over it.
template <std::size_t Size>
std::string text_of(const std::array<char, Size>& text) {
  return {text.data(), ::strnlen(text.data(), Size)};
}

std::string in_operator(const Fault& fault) {
  const std::string running = text_of(fault.running);
  const std::string in = running.empty() ? "" : " in " + running;
  return fault.in_reference ? in + ", called with expanded operands" : in;
}

}  // namespace

std::string message_of(const Fault& fault) {
  if (fault.place == Fault::Place::kStack) return "stack overflow";
  if (fault.place != Fault::Place::kGuard) return ::strsignal(fault.signal);
  const std::string operand = text_of(fault.operand);
  return fmt::format("{} {} {}{}", verb(fault.access),
                     fault.offset < 0 ? "before the start of" : "past the end of",
                     operand.empty() ? "an internal tensor" : operand, in_operator(fault));
}

std::string detail_of(const Fault& fault) {
  if (fault.signal == SIGFPE) {
    return "divides whole numbers that have no quotient, as by 0" + in_operator(fault);
  }
  if (fault.place != Fault::Place::kGuard) {
    return fmt::format("{} address {:#x}{}", verb(fault.access), fault.address, in_operator(fault));
  }
  const auto size = static_cast<std::int64_t>(fault.size);
  const std::string distance =
      fault.offset < 0 ? fmt::format("{} bytes before its {} bytes", -fault.offset, size)
                       : fmt::format("{} bytes after its {} bytes", fault.offset - size, size);
  const std::string operand = text_of(fault.operand);
  if (operand.empty()) {
    return fmt::format("{}{}: {}, tensor {} of the call", verb(fault.access), in_operator(fault),
                       distance, fault.number);
  }
  const auto element = static_cast<std::int64_t>(fault.element_size);
  if (element == 0) return fmt::format("{} {}: {}", verb(fault.access), operand, distance);
  // Rounded down, so that the byte before the first one belongs to element -1.
  const std::int64_t index = (fault.offset - (fault.offset < 0 ? element - 1 : 0)) / element;
  const std::string in = in_operator(fault);
  return fmt::format("{} element {} of {}, which holds {}{}{}: {}", verb(fault.access), index,
                     operand, size / element, in.empty() ? "" : ",", in, distance);
}

}  // namespace shapefuzz
