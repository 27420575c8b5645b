// SPDX-License-Identifier: BSD-3-Clause
// What differs between the versions of LibTorch, and nothing else. Includes torch headers.
#pragma once

#include <c10/core/Allocator.h>
#include <c10/util/Exception.h>
#include <torch/version.h>

#include <cstring>
#include <string>

namespace shapefuzz {

/// A warning handler that overrides one function, `on_warning`, in every version.
class LibtorchWarningHandler : public c10::WarningHandler {
 public:
  virtual void on_warning(const std::string& message) = 0;

 private:
#if TORCH_VERSION_MAJOR >= 2
  void process(const c10::Warning& warning) override { on_warning(warning.msg()); }
#else
  void process(const c10::SourceLocation& /*location*/, const std::string& message,
               bool /*verbatim*/) override {
    on_warning(message);
  }
#endif
};

/// A CPU allocator that overrides one function, `take`, in every version; with it, `raw_deleter`.
class LibtorchAllocator : public c10::Allocator {
 public:
  /// A block, which `raw_deleter` takes back.
  virtual void* take(std::size_t size) const = 0;

#if TORCH_VERSION_MAJOR > 2 || (TORCH_VERSION_MAJOR == 2 && TORCH_VERSION_MINOR >= 3)
  c10::DataPtr allocate(std::size_t size) override { return wrapped(size); }
  void copy_data(void* to, const void* from, std::size_t size) const override {
    std::memcpy(to, from, size);
  }
#else
  c10::DataPtr allocate(std::size_t size) const override { return wrapped(size); }
#endif

 private:
  c10::DataPtr wrapped(std::size_t size) const {
    void* const block = take(size);
    return {block, block, raw_deleter(), c10::Device(c10::DeviceType::CPU)};
  }
};

/// Makes `handler` the handler of this thread for good, and every warning reach it every time.
inline void install(LibtorchWarningHandler& handler) {
#if TORCH_VERSION_MAJOR >= 2
  namespace warning = c10::WarningUtils;
#else
  namespace warning = c10::Warning;
#endif
  warning::set_warning_handler(&handler);
  warning::set_warnAlways(true);
}

/// Where an error was raised, as in `Loss.cpp:64`; empty if it does not say. The text behind
/// `what()` is "Exception raised from <function> at <file>:<line> (most recent call first):".
inline std::string raised_at(const c10::Error& error) {
#if TORCH_VERSION_MAJOR >= 2
  const std::string text = error.backtrace() ? error.backtrace()->get() : std::string();
#else
  const std::string& text = error.backtrace();
#endif
  const std::size_t end = text.find(" (most recent call first)");
  if (end == std::string::npos) return "";
  const std::size_t start = text.find_last_of("/ ", end - 1) + 1;
  return text.substr(start, end - start);
}

}  // namespace shapefuzz
