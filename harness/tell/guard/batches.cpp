// SPDX-License-Identifier: BSD-3-Clause
#include "shapefuzz/batches.h"

#include <ATen/ATen.h>
#include <fmt/core.h>

#include <algorithm>
#include <cmath>

#include "harness/language/case/values.h"
#include "harness/language/case/zone.h"
#include "harness/language/text/parse_error.h"
#include "harness/tell/guard/compile.h"
#include "harness/tell/shapes/refusal.h"

namespace shapefuzz {
namespace {

constexpr std::string_view kNoResult = " -> []";

// A batch has no loss, so that its contract may leave out the result of each alternative.
std::string with_results(std::string_view contract) {
  std::string text;
  while (true) {
    const std::size_t bar = std::min(contract.find('|'), contract.size());
    std::string alternative(contract.substr(0, bar));
    if (alternative.find("->") == std::string::npos) {
      std::size_t end = std::min(alternative.find(" where "), alternative.size());
      while (end > 0 && alternative[end - 1] == ' ') --end;
      alternative.insert(end, kNoResult);
    }
    text += alternative;
    if (bar == contract.size()) return text;
    text += '|';
    contract.remove_prefix(bar + 1);
  }
}

// As somebody has written it.
std::string without_results(std::string text) {
  for (std::size_t at = 0; (at = text.find(kNoResult, at)) != std::string::npos;) {
    text.erase(at, kNoResult.size());
  }
  return text;
}

// Whether the kind is stored in whatever its owner likes: a mask is often of flags or bytes.
bool has_any_dtype(Kind kind) { return kind == Kind::kBinary || kind == Kind::kSign; }

// The precision is somebody's choice, and no slip, as long as all operands have the same. The other
// whole numbers are those of a class that is stored in too few bits.
DType dtype_of(const at::Tensor& tensor, const std::string& name) {
  switch (tensor.scalar_type()) {
    case at::kHalf:
    case at::kBFloat16:
    case at::kFloat:
    case at::kDouble:
      return DType::kF32;
    case at::kLong:
      return DType::kI64;
    case at::kShort:
    case at::kChar:
    case at::kInt:
      return DType::kI32;
    case at::kByte:
      return DType::kU8;
    case at::kBool:
      return DType::kBool;
    default:
      throw BatchError(fmt::format("{}: its dtype is {}, expected real or whole numbers\n", name,
                                   c10::toString(tensor.scalar_type())));
  }
}

std::vector<double> values_of(const at::Tensor& tensor) {
  const at::Tensor dense = tensor.layout() == at::kStrided ? tensor : tensor.to_dense();
  const at::Tensor values = dense.detach().to(at::kCPU).to(at::kDouble).contiguous();
  const double* const first = values.data_ptr<double>();
  return {first, first + values.numel()};
}

// The default of PyTorch's losses (torch.nn.CrossEntropyLoss, "ignore_index").
constexpr std::int64_t kIgnored = -100;

// `index(C,ignore_index)`, whose option no batch has.
bool has_option_to_ignore(const OperandPattern& pattern) {
  return pattern.kind == Kind::kIndex && pattern.arguments.size() > 1 &&
         pattern.arguments[1].type != Dim::Type::kNumber;
}

// Real numbers of two precisions. The wider one is the slip: it is what NumPy makes.
std::string unequal_dtypes(const std::vector<at::Tensor>& batch,
                           const std::vector<OperandPattern>& patterns, bool in_python) {
  std::vector<std::size_t> reals;
  for (std::size_t i = 0; i < batch.size(); ++i) {
    if (batch[i].defined() && batch[i].is_floating_point()) reals.push_back(i);
  }
  const auto dtype = [&](std::size_t i) { return batch[i].scalar_type(); };
  const std::size_t slip =
      *std::max_element(reals.begin(), reals.end(), [&](std::size_t a, std::size_t b) {
        return batch[a].element_size() < batch[b].element_size();
      });
  const std::size_t other = *std::find_if(reals.begin(), reals.end(),
                                          [&](std::size_t i) { return dtype(i) != dtype(slip); });
  const std::string& name = patterns[slip].name;
  const std::string& model = patterns[other].name;
  return fmt::format("{0} is {1} and {2} is {3}: {0}.to({2}.{4}) makes them alike", name,
                     c10::toString(dtype(slip)), model, c10::toString(dtype(other)),
                     in_python ? "dtype" : "scalar_type()");
}

bool are(const std::vector<double>& values, double one, double other) {
  return std::all_of(values.begin(), values.end(),
                     [=](double value) { return value == one || value == other; });
}

// What is larger is no probability with an error in it.
constexpr double kHardlyScaled = 16;

// What people forget where they prepare data, by the values that it leaves behind; empty where
// nobody knows.
std::string forgotten(const BoundKind& kind, const std::vector<double>& values) {
  if (values.empty()) return "";
  const auto [least, most] = std::minmax_element(values.begin(), values.end());
  switch (kind.kind) {
    case Kind::kIndex:
      if (kind.argument > 0 && *least >= 1 && *most == static_cast<double>(kind.argument)) {
        return "the classes are counted from 1 where they are made, and not from 0";
      }
      return "";
    case Kind::kProb:
    case Kind::kProbOrLog:
      if (*least >= 0 && *most > kHardlyScaled && *most <= 255) {
        return "they are pixels up to 255 that nobody has divided by 255";
      }
      if (*least < 0) return "they are normalised, or scores without a sigmoid or a softmax";
      return "";
    case Kind::kLogProb:
      return *least >= 0 ? "they are probabilities: take their logarithm" : "";
    case Kind::kSign:
      return are(values, 0, 1) ? "they are 0 and 1: 2 * y - 1 makes signs of them" : "";
    case Kind::kBinary:
      return are(values, -1, 1) ? "they are signs: (y + 1) / 2 makes 0 and 1 of them" : "";
    default:
      return "";
  }
}

}  // namespace

struct BatchContract::Parsed {
  LossSpec spec;
  std::string text;  // of the contract, in messages

  std::string with_contract(std::string text_of_error) const {
    return text_of_error + fmt::format("\n  contract  {}\n", text);
  }
};

BatchContract::BatchContract(std::string_view contract, bool in_python) {
  auto parsed = std::make_shared<Parsed>();
  const std::string text = with_results(contract);
  parsed->spec.own = true;
  parsed->spec.in_python = in_python;
  parsed->spec.reduces = false;
  try {
    parsed->spec.contract = by_shapes(parse_without_options(text));
  } catch (const ParseError& error) {
    throw BatchError("the contract of the batches: " + explain(error, text));
  }
  parsed->text = without_results(to_string(parsed->spec.contract));
  parsed_ = std::move(parsed);
}

namespace {

// What is wrong with the values of an operand, and what has likely been forgotten; empty if nothing
// is.
std::string fault_in_values(const at::Tensor& tensor, const Operand& operand,
                            const OperandPattern& pattern, const Bindings& bindings,
                            std::string* likely) {
  const std::vector<double> values = values_of(tensor);
  const auto nans =
      std::count_if(values.begin(), values.end(), [](double value) { return std::isnan(value); });
  if (nans > 0) {
    return fmt::format("{} holds {} NaN among its {} numbers", operand.name, nans, values.size());
  }
  BoundKind kind = bind_kind(pattern, bindings);
  if (has_option_to_ignore(pattern)) kind.special = kIgnored;
  const auto why = illegal_value(kind, operand.shape, values);
  if (!why) return "";
  *likely = forgotten(kind, values);
  return fmt::format("{} holds {}", operand.name, *why);
}

}  // namespace

void BatchContract::check(const std::vector<at::Tensor>& batch, const std::string& name) const {
  LossSpec spec = parsed_->spec;
  spec.name = name;
  const auto& patterns = spec.contract.operands();
  const auto fail = [&](const std::string& what) {
    throw BatchError(parsed_->with_contract(fmt::format("{}: {}", name, what)));
  };
  if (batch.size() > patterns.size()) {
    fail(fmt::format("found {} tensors, expected {}", batch.size(), patterns.size()));
  }
  Case c;
  c.loss = name;
  const at::Tensor* real = nullptr;  // the first of those
  for (std::size_t i = 0; i < patterns.size(); ++i) {
    const std::string& operand_name = patterns[i].name;
    if (i >= batch.size() || !batch[i].defined()) {
      if (patterns[i].optional) continue;
      fail(operand_name + " is missing");
    }
    if (static_cast<std::size_t>(batch[i].dim()) > kMaxRank) {
      fail(fmt::format("{} has {} dimensions, expected at most {}", operand_name, batch[i].dim(),
                       kMaxRank));
    }
    Operand operand;
    operand.name = operand_name;
    operand.dtype = dtype_of(batch[i], name + ": " + operand_name);
    if (has_any_dtype(patterns[i].kind)) operand.dtype = DType::kF32;
    for (const std::int64_t size : batch[i].sizes()) operand.shape.push_back(size);
    c.operands.push_back(std::move(operand));
    if (!batch[i].is_floating_point()) continue;
    if (real != nullptr && batch[i].scalar_type() != real->scalar_type()) {
      fail(unequal_dtypes(batch, patterns, spec.in_python));
    }
    real = &batch[i];
  }
  Reading reading;
  if (zone_of(c, spec, &reading) != Zone::kValid) {
    std::string text = without_results(refusal_of(c, spec, Repairs::kOfData));
    for (std::size_t i = 0; i < batch.size(); ++i) {
      const bool are_pixels = patterns[i].kind == Kind::kProb && batch[i].defined() &&
                              batch[i].scalar_type() == at::kByte;
      if (are_pixels)
        text += fmt::format("  perhaps   {} / 255: bytes are pixels\n", patterns[i].name);
    }
    throw BatchError(text);
  }
  std::size_t next = 0;
  for (const Operand& operand : c.operands) {
    while (patterns[next].name != operand.name) ++next;
    if (batch[next].is_meta()) continue;
    std::string likely;
    const std::string fault = fault_in_values(
        batch[next], operand, reading.alternative->operands[next], reading.bindings, &likely);
    if (fault.empty()) continue;
    throw BatchError(parsed_->with_contract(fmt::format("{}: {}", name, fault)) +
                     (likely.empty() ? "" : fmt::format("  perhaps   {}\n", likely)));
  }
}

}  // namespace shapefuzz
