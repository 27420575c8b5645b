// SPDX-License-Identifier: BSD-3-Clause
// The kernels of CTC and of the adaptive softmax.
#include <algorithm>
#include <cmath>
#include <limits>

#include "harness/oracle/causes/kernel.h"

namespace shapefuzz {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

double log_add(double a, double b) {
  const double most = std::max(a, b);
  if (a == -kInfinity && b == -kInfinity) return most;
  return most + std::log(std::exp(a - most) + std::exp(b - most));
}

// Numbers by step, and by class or place.
class Table {
 public:
  Table(std::size_t steps, std::size_t width)
      : steps_(steps), width_(width), values_(steps * width, -kInfinity) {}
  std::size_t steps() const { return steps_; }
  std::size_t width() const { return width_; }
  double& operator()(std::size_t t, std::size_t i) { return values_[t * width_ + i]; }
  double operator()(std::size_t t, std::size_t i) const { return values_[t * width_ + i]; }

 private:
  std::size_t steps_;
  std::size_t width_;
  std::vector<double> values_;
};

// One sample of ATen/native/LossCTC.cpp: the labels with blanks between them, and the logarithms of
// the probabilities to be at each of them at each step, from the front and from the back.
class Sample {
 public:
  Sample(const std::vector<std::int64_t>& labels, Table log_probs, std::int64_t blank)
      : log_probs_(std::move(log_probs)),
        extended_(extended(labels, blank, log_probs_.width())),
        alpha_(steps(), width()) {
    alpha_(0, 0) = at(0, 0);
    if (width() > 1) alpha_(0, 1) = at(0, 1);
    for (std::size_t t = 1; t < steps(); ++t) {
      for (std::size_t s = 0; s < width(); ++s) {
        double sum = alpha_(t - 1, s);
        if (s >= 1) sum = log_add(sum, alpha_(t - 1, s - 1));
        if (skips(s)) sum = log_add(sum, alpha_(t - 1, s - 2));
        alpha_(t, s) = sum + at(t, s);
      }
    }
  }

  double loss() const {
    const std::size_t last = steps() - 1;
    const double end = alpha_(last, width() - 1);
    return -(width() > 1 ? log_add(end, alpha_(last, width() - 2)) : end);
  }

  /// exp(log_probs) - exp(logarithm of the paths through the class + loss - log_probs).
  Table gradient() const {
    const std::size_t last = steps() - 1;
    Table beta(steps(), width());
    for (std::size_t s = width() > 1 ? width() - 2 : 0; s < width(); ++s)
      beta(last, s) = at(last, s);
    for (std::size_t t = last; t-- > 0;) {
      for (std::size_t s = 0; s < width(); ++s) {
        double sum = beta(t + 1, s);
        if (s + 1 < width()) sum = log_add(sum, beta(t + 1, s + 1));
        if (s + 2 < width() && skips(s + 2)) sum = log_add(sum, beta(t + 1, s + 2));
        beta(t, s) = sum + at(t, s);
      }
    }
    Table paths(steps(), log_probs_.width());
    for (std::size_t t = 0; t < last; ++t) {
      for (std::size_t s = 0; s < width(); ++s) {
        double& path = paths(t, extended_[s]);
        path = log_add(path, alpha_(t, s) + beta(t, s));
      }
    }
    // Assigned, not added: a label that is the blank overwrites it.
    for (const std::size_t from_end : {1, 2}) {
      if (from_end > width()) continue;
      const std::size_t s = width() - from_end;
      paths(last, extended_[s]) = alpha_(last, s) + beta(last, s);
    }
    Table result = log_probs_;
    for (std::size_t t = 0; t < steps(); ++t) {
      for (std::size_t c = 0; c < result.width(); ++c) {
        const double logarithm = log_probs_(t, c);
        result(t, c) = std::exp(logarithm) - std::exp(paths(t, c) + loss() - logarithm);
      }
    }
    return result;
  }

 private:
  static std::vector<std::size_t> extended(const std::vector<std::int64_t>& labels,
                                           std::int64_t blank, std::size_t classes) {
    std::vector<std::size_t> result;
    const auto add = [&](std::int64_t label) {
      const bool exists = label >= 0 && static_cast<std::size_t>(label) < classes;
      if (!exists) throw Unpredictable("no such label");
      result.push_back(static_cast<std::size_t>(label));
    };
    add(blank);
    for (const std::int64_t label : labels) {
      add(label);
      add(blank);
    }
    return result;
  }

  std::size_t steps() const { return log_probs_.steps(); }
  std::size_t width() const { return extended_.size(); }
  double at(std::size_t t, std::size_t s) const { return log_probs_(t, extended_[s]); }
  bool skips(std::size_t s) const { return s >= 2 && extended_[s] != extended_[s - 2]; }

  Table log_probs_;
  std::vector<std::size_t> extended_;
  Table alpha_;
};

// The log-probabilities (T, N, C), or (T, C) of one sample.
struct Batch {
  std::size_t steps = 0;
  std::size_t samples = 1;
  std::size_t classes = 0;
  Shape losses;

  explicit Batch(const KernelCall& call) {
    const Shape& shape = call[0].shape;
    if (shape.rank() != 2 && shape.rank() != 3) throw Unpredictable("another rank");
    steps = static_cast<std::size_t>(shape[0]);
    classes = static_cast<std::size_t>(shape.from_right(0));
    if (shape.rank() == 3) {
      samples = static_cast<std::size_t>(shape[1]);
      losses = {shape[1]};
    }
    if (call[2].size() != samples || call[3].size() != samples || call[1].shape.rank() > 2) {
      throw Unpredictable("another number of lengths");
    }
  }

  std::size_t place(std::size_t t, std::size_t n, std::size_t c) const {
    return (t * samples + n) * classes + c;
  }
  Table log_probs(const KernelCall& call, std::size_t n, std::size_t frames) const {
    Table table(frames, classes);
    for (std::size_t t = 0; t < frames; ++t) {
      for (std::size_t c = 0; c < classes; ++c) table(t, c) = call[0].values[place(t, n, c)];
    }
    return table;
  }
  void put_slopes(const Table& slopes, double weight, std::size_t n, Array& gradient) const {
    for (std::size_t t = 0; t < slopes.steps(); ++t) {
      for (std::size_t c = 0; c < classes; ++c) {
        gradient.values[place(t, n, c)] = weight * slopes(t, c);
      }
    }
  }
};

// The labels as the kernel reads them: (N, S), or one sample's behind the other's.
class Targets {
 public:
  explicit Targets(const KernelCall& call) : targets_(call[1]), padded_(call[1].shape.rank() == 2) {
    const Operand& operand = *call.find(1);
    // Of another dtype a contiguous copy is made.
    const bool is_read = operand.dtype == DType::kI64;
    const bool is_list = !padded_ && !operand.shape.empty();
    has_gaps_ = is_read && is_list && operand.layout == Layout::kStrided;
    repeats_ = is_list && operand.layout == Layout::kExpanded;
  }

  /// Those of sample n; asked one after the other.
  std::vector<std::int64_t> next(std::size_t n, std::size_t length) {
    if (padded_) start_ = n * static_cast<std::size_t>(targets_.shape[1]);
    std::vector<std::int64_t> labels;
    for (std::size_t i = 0; i < length; ++i) labels.push_back(at(i));
    start_ += length;
    return labels;
  }

 private:
  std::int64_t at(std::size_t i) const {
    // In memory, counted from the first element of the target.
    const std::size_t place = has_gaps_ ? start_ + 2 * i : repeats_ ? start_ : start_ + i;
    const std::size_t element = has_gaps_ ? place / 2 : place;
    if (element >= targets_.size()) throw Unpredictable("not its memory");
    const bool is_gap = has_gaps_ && place % 2 == 1;
    return is_gap ? 0 : static_cast<std::int64_t>(targets_.values[element]);
  }

  const Array& targets_;
  bool padded_;
  bool has_gaps_ = false;
  bool repeats_ = false;
  std::size_t start_ = 0;
};

}  // namespace

namespace kernel {

// ATen/native/LossCTC.cpp: the labels of concatenated targets begin at an element that is counted
// without the stride; the gradient is that of what went through a log_softmax.
Prediction ctc(const KernelCall& call, const std::vector<double>& cotangent) {
  const Batch batch(call);
  Targets targets(call);
  Array losses = {batch.losses, {}};
  std::vector<double> means;
  Array gradient = {call[0].shape, std::vector<double>(call[0].size(), 0)};
  for (std::size_t n = 0; n < batch.samples; ++n) {
    const double frames = call[2].values[n];
    const double length = call[3].values[n];
    const bool fits = frames >= 0 && frames <= static_cast<double>(batch.steps) && length >= 0;
    if (!fits) throw Unpredictable("no such frame");
    const std::vector<std::int64_t> labels = targets.next(n, static_cast<std::size_t>(length));
    const auto put = [&](double loss) {
      losses.values.push_back(loss);
      means.push_back(loss / std::max(1.0, length));
    };
    if (frames == 0) {
      // No frame spells the empty text only; the gradient is 0.
      put(length == 0 || call.flag("zero_infinity") ? 0 : kInfinity);
      continue;
    }
    const Sample sample(labels, batch.log_probs(call, n, static_cast<std::size_t>(frames)),
                        call.integer("blank"));
    const bool is_zero = sample.loss() == kInfinity && call.flag("zero_infinity");
    put(is_zero ? 0 : sample.loss());
    if (is_zero) continue;
    const double share = std::max(1.0, length) * static_cast<double>(batch.samples);
    const double weight = call.reduction() == "none"  ? cotangent.at(n)
                          : call.reduction() == "sum" ? cotangent.at(0)
                                                      : cotangent.at(0) / share;
    batch.put_slopes(sample.gradient(), weight, n, gradient);
  }
  if (call.reduction() == "mean") losses.values = std::move(means);
  Prediction prediction;
  prediction.value = reduced(call, losses);
  prediction.gradients[0] = std::move(gradient);
  return prediction;
}

// torch/csrc/api/src/nn/modules/adaptive.cpp: as many rows as the target has.
Prediction adaptive(const KernelCall& call, const std::vector<double>& /*cotangent*/) {
  GoldCall gold;
  gold.spec = &call.loss.spec;
  gold.c = &call.c;
  for (std::size_t i = 0; i < 2; ++i) gold.operands[i] = {true, call[i].shape, call[i].values};
  return {reduced(call, {call[1].shape, call.loss.gold(gold).losses})};
}

}  // namespace kernel
}  // namespace shapefuzz
