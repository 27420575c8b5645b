// What differs between the versions of LibTorch, and nothing else. Includes torch headers.
#pragma once

#include <c10/util/Exception.h>
#include <torch/version.h>

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

}  // namespace shapefuzz
