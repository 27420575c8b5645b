// SPDX-License-Identifier: BSD-3-Clause
// The calls of LibTorch that a judgement makes, recorded and made again without any harness.
// Includes torch headers.
#pragma once

#include <ATen/ATen.h>

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "harness/losses/loss/loss.h"
#include "harness/oracle/judge/execute.h"

namespace shapefuzz {

/// One call of a loss: the case itself, the same once more in other memory, on expanded operands,
/// on a sample alone, ...
struct RecordedCall {
  const Loss* loss = nullptr;
  const EntryCall* call = nullptr;
  Case c;
  Tensors operands;
  std::string reduction;
  bool differentiable = false;   ///< made with gradients enabled
  bool differentiated = false;   ///< its result was differentiated
  bool reduced_outside = false;  ///< its unreduced result was reduced as documented, too

  /// An operand that was made of the case's own, expanded, reshaped or cut: again in each
  /// repetition, as the judge does.
  struct View {
    std::size_t operand;
    at::Tensor own;
    std::vector<std::int64_t> sizes;
    std::vector<std::int64_t> strides;
    std::int64_t offset;
  };
  std::vector<View> views;
  std::vector<at::Tensor> leaves;
  at::Tensor cotangent;

  /// The call, with its backward if it had one. What it throws is dropped.
  void repeat() const;
  /// Whether that is refused, or gives the same bits, as when it was recorded.
  bool is_alike = false;

 private:
  bool gives(const at::Tensor& result) const;
  at::Tensor forward(bool reduces) const;
  friend class Recorder;
};

/// A loss whose entries write down how they are called.
class Recorder {
 public:
  explicit Recorder(const Loss& loss);
  Recorder(const Recorder&) = delete;
  Recorder& operator=(const Recorder&) = delete;

  /// To be judged in place of the loss.
  const Loss& loss() const { return recording_; }
  /// The calls since the last time, the call under test first, ready to be repeated: their operands
  /// are copies in LibTorch's own memory. Entries that share operands do so there too.
  std::vector<std::unique_ptr<RecordedCall>> take();
  /// Forgets them.
  void drop() { taken_.clear(); }
  /// Cases to come share no operands with those before.
  void begin_block() { copies_.clear(); }

 private:
  // A call as it was made, in whatever memory.
  struct Taken {
    std::unique_ptr<RecordedCall> call;
    Tensors operands;
    at::Tensor result;  // undefined where it was refused
  };
  struct Copy {
    at::Tensor original;  // whose address stays taken
    at::Tensor copy;
  };

  at::Tensor record(const EntryCall& call, const Arguments& arguments);
  void make_ready(const Taken& taken, const Tensors& own);
  const at::Tensor& copy_of(const at::Tensor& original);

  const Loss& original_;
  Loss recording_;
  std::vector<Taken> taken_;
  std::map<const c10::TensorImpl*, Copy> copies_;
};

}  // namespace shapefuzz
