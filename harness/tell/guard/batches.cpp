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

// A batch has no loss, so that its contract may leave out the result.
std::string with_result(std::string_view contract) {
  std::string text(contract);
  if (text.find("->") != std::string::npos) return text;
  return text.insert(std::min(text.rfind(')') + 1, text.size()), " -> []");
}

// Half precision is as good as single: it is somebody's choice, and no slip. The other whole
// numbers are those of a class that is stored in too few bits.
DType dtype_of(const at::Tensor& tensor, const std::string& name) {
  switch (tensor.scalar_type()) {
    case at::kHalf:
    case at::kBFloat16:
    case at::kFloat:
      return DType::kF32;
    case at::kDouble:
      return DType::kF64;
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
  const at::Tensor values = tensor.detach().to(at::kCPU).to(at::kDouble).contiguous();
  const double* const first = values.data_ptr<double>();
  return {first, first + values.numel()};
}

bool are(const std::vector<double>& values, double one, double other) {
  return std::all_of(values.begin(), values.end(),
                     [=](double value) { return value == one || value == other; });
}

// What people forget where they prepare data, by the values that it leaves behind; empty where
// nobody knows.
std::string forgotten(const BoundKind& kind, const std::vector<double>& values) {
  if (values.empty()) return "";
  const auto [least, most] = std::minmax_element(values.begin(), values.end());
  switch (kind.kind) {
    case Kind::kIndex:
      if (kind.argument > 0 && *least >= 1 && *most == static_cast<double>(kind.argument)) {
        return "the classes are counted from 1: subtract 1 where they are made";
      }
      return "";
    case Kind::kProb:
    case Kind::kProbOrLog:
      if (*least >= 0 && *most > 1 && *most <= 255) {
        return "numbers up to 255 are pixels that nobody has divided by 255";
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
};

BatchContract::BatchContract(std::string_view contract, bool in_python) {
  auto parsed = std::make_shared<Parsed>();
  const std::string text = with_result(contract);
  parsed->spec.own = true;
  parsed->spec.in_python = in_python;
  parsed->spec.reduces = false;
  try {
    parsed->spec.contract = by_shapes(parse_without_options(text));
  } catch (const ParseError& error) {
    throw BatchError("the contract of the batches: " + explain(error, text));
  }
  parsed_ = std::move(parsed);
}

void BatchContract::check(const std::vector<at::Tensor>& batch, const std::string& name) const {
  LossSpec spec = parsed_->spec;
  spec.name = name;
  const auto& patterns = spec.contract.operands();
  const std::string contract = to_string(spec.contract);
  if (batch.size() > patterns.size()) {
    throw BatchError(fmt::format("{}: found {} tensors, expected {}: the contract is {}\n", name,
                                 batch.size(), patterns.size(), contract));
  }
  Case c;
  c.loss = name;
  for (std::size_t i = 0; i < patterns.size(); ++i) {
    const std::string& operand_name = patterns[i].name;
    if (i >= batch.size() || !batch[i].defined()) {
      if (patterns[i].optional) continue;
      throw BatchError(
          fmt::format("{}: {} is missing: the contract is {}\n", name, operand_name, contract));
    }
    if (static_cast<std::size_t>(batch[i].dim()) > kMaxRank) {
      throw BatchError(fmt::format("{}: {} has {} dimensions, expected at most {}\n", name,
                                   operand_name, batch[i].dim(), kMaxRank));
    }
    Operand operand;
    operand.name = operand_name;
    operand.dtype = dtype_of(batch[i], name + ": " + operand_name);
    for (const std::int64_t size : batch[i].sizes()) operand.shape.push_back(size);
    c.operands.push_back(std::move(operand));
  }
  Reading reading;
  if (zone_of(c, spec, &reading) != Zone::kValid) {
    throw BatchError(refusal_of(c, spec, Repairs::kShapesAndDtypes));
  }
  std::size_t next = 0;
  for (const Operand& operand : c.operands) {
    while (patterns[next].name != operand.name) ++next;
    const std::vector<double> values = values_of(batch[next]);
    const auto nans =
        std::count_if(values.begin(), values.end(), [](double value) { return std::isnan(value); });
    if (nans > 0) {
      throw BatchError(fmt::format("{}: {} holds {} NaN among its {} numbers\n  contract  {}\n",
                                   name, operand.name, nans, values.size(), contract));
    }
    const BoundKind kind = bind_kind(reading.alternative->operands[next], reading.bindings);
    const auto why = illegal_value(kind, operand.shape, values);
    if (!why) continue;
    std::string text =
        fmt::format("{}: {} holds {}\n  contract  {}\n", name, operand.name, *why, contract);
    const std::string slip = forgotten(kind, values);
    if (!slip.empty()) text += fmt::format("  likely    {}\n", slip);
    throw BatchError(text);
  }
}

}  // namespace shapefuzz
