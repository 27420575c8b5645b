// What differs between the versions of LibTorch, and nothing else. Includes torch headers.
#pragma once

#include <c10/util/Exception.h>
#include <torch/version.h>

#include <string>

namespace shapefuzz {

/// A warning handler that overrides one function, `on_warning`, in every version.
class LibtorchWarningHandler : public c10::WarningHandler {
 public:
  virtual void on_warning() = 0;

 private:
#if TORCH_VERSION_MAJOR >= 2
  void process(const c10::Warning& /*warning*/) override { on_warning(); }
#else
  void process(const c10::SourceLocation& /*location*/, const std::string& /*message*/,
               bool /*verbatim*/) override {
    on_warning();
  }
#endif
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
