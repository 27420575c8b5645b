// SPDX-License-Identifier: BSD-3-Clause
#include "harness/oracle/causes/kernel.h"

#include "harness/language/case/zone.h"

namespace shapefuzz {

DType dtype_of(const KernelCall& call, std::size_t i, std::size_t k) {
  const DType a = call.dtype(i);
  const DType b = call.dtype(k);
  const auto category = [](DType dtype) {
    return number_class(dtype) == NumberClass::kFloating ? 2 : dtype == DType::kBool ? 0 : 1;
  };
  const bool a_is_scalar = call[i].shape.empty();
  if (a_is_scalar == call[k].shape.empty()) return promoted(a, b);
  const DType scalar = a_is_scalar ? a : b;
  const DType other = a_is_scalar ? b : a;
  return category(scalar) > category(other) ? promoted(a, b) : other;
}

Array reduced(const KernelCall& call, const Array& losses) {
  if (call.reduction() == "none") return losses;
  const double sum = sum_of(losses);
  return {{}, {call.reduction() == "mean" ? sum / static_cast<double>(losses.size()) : sum}};
}

Array weights_of(const KernelCall& call, const Shape& losses,
                 const std::vector<double>& cotangent) {
  const auto count = static_cast<std::size_t>(losses.elements());
  if (call.reduction() == "none") {
    if (cotangent.size() != count) throw Unpredictable("another result");
    return {losses, cotangent};
  }
  const double weight = call.reduction() == "mean" ? 1 / static_cast<double>(count) : 1;
  return {losses, std::vector<double>(count, weight * cotangent.at(0))};
}

Array elementwise(const KernelCall& call) {
  const std::size_t count = call.loss.spec.contract.operands().size();
  Shape shape;
  for (std::size_t i = 0; i < count; ++i) {
    if (call.has(i)) shape = common_shape(shape, call[i].shape);
  }
  GoldCall gold;
  gold.spec = &call.loss.spec;
  gold.c = &call.c;
  for (std::size_t i = 0; i < count; ++i) {
    if (!call.has(i)) continue;
    gold.operands[i] = {true, shape, expanded(call[i], shape).values,
                        call.loss.spec.contract.operands()[i].name};
  }
  return {shape, call.loss.gold(gold).losses};
}

Prediction broadcast_formula(const KernelCall& call, const std::vector<double>& /*cotangent*/) {
  return {reduced(call, elementwise(call))};
}

Prediction as_documented(const KernelCall& call, const std::vector<double>& /*cotangent*/) {
  Reading reading;
  zone_of(call.c, call.loss.spec, &reading);
  if (reading.alternative == nullptr || call.loss.gold == nullptr) {
    throw Unpredictable("no formula for these shapes");
  }
  const auto& patterns = call.loss.spec.contract.operands();
  GoldCall gold;
  gold.spec = &call.loss.spec;
  gold.c = &call.c;
  for (std::size_t i = 0; i < patterns.size(); ++i) {
    if (!call.has(i)) continue;
    gold.operands[i] = {true, reading.shapes[i],
                        expand_values(call[i].values, call[i].shape, reading.shapes[i]),
                        patterns[i].name};
  }
  const std::string_view reduction = call.loss.spec.reduction_of(call.c);
  const GoldLoss losses = call.loss.gold(gold);
  Prediction prediction;
  prediction.value = {reduction == "none" ? reading.result : Shape(),
                      reduce(losses, gold, reduction)};
  prediction.may_be_nan = losses.may_be_nan;
  return prediction;
}

std::vector<double> as_it_lies(const Operand& operand, const Array& array) {
  std::vector<double> memory = array.values;
  if (array.shape.empty()) return memory;
  if (operand.layout == Layout::kStrided) {
    memory.assign(2 * array.size(), 0);
    for (std::size_t i = 0; i < array.size(); ++i) memory[2 * i] = array.values[i];
  } else if (operand.layout == Layout::kSliced) {
    memory.insert(memory.end(), array.values.begin(), array.values.end());
  } else if (operand.layout == Layout::kTransposed && array.shape.rank() >= 2) {
    const auto rows = static_cast<std::size_t>(array.shape.from_right(1));
    const auto columns = static_cast<std::size_t>(array.shape.from_right(0));
    for (std::size_t i = 0; i < array.size(); ++i) {
      const std::size_t matrix = i / (rows * columns) * (rows * columns);
      memory[matrix + i % columns * rows + i / columns % rows] = array.values[i];
    }
  }
  return memory;
}

}  // namespace shapefuzz
