// SPDX-License-Identifier: BSD-3-Clause
#include "harness/search/sweep/plan.h"

#include <algorithm>

#include "harness/search/sweep/follow.h"

namespace shapefuzz {
namespace {

std::vector<DType> dtypes_of(const Alternative& alternative) {
  std::vector<DType> dtypes;
  for (const OperandPattern& operand : alternative.operands) {
    dtypes.push_back(default_dtype(operand.kind));
  }
  return dtypes;
}

}  // namespace

std::vector<Shape> all_shapes(std::size_t max_rank, std::int64_t max_size, std::int64_t min_size) {
  std::vector<Shape> shapes = {Shape{}};
  std::size_t first = 0;  // of the shapes with one dimension less
  for (std::size_t rank = 1; rank <= max_rank; ++rank) {
    const std::size_t last = shapes.size();
    for (std::size_t i = first; i < last; ++i) {
      for (std::int64_t size = min_size; size <= max_size; ++size) {
        Shape longer = shapes[i];
        longer.push_back(size);
        shapes.push_back(longer);
      }
    }
    first = last;
  }
  return shapes;
}

const std::string& Variation::operand_name(std::size_t i) const {
  return contract.operands()[i].name;
}

std::vector<Way> ways_of(const Loss& loss, const std::vector<std::string>& entries) {
  std::vector<Way> ways;
  const OptionSpec* const option = loss.spec.find_option("reduction");
  std::vector<std::string> reductions = {""};
  if (option != nullptr) reductions = option->choices;
  std::stable_partition(reductions.begin(), reductions.end(),
                        [](const std::string& reduction) { return reduction == "none"; });
  for (const std::string& reduction : reductions) {
    for (const std::string& entry : entries) {
      const auto has = loss.spec.reductions(entry);
      const bool callable =
          option == nullptr || std::find(has.begin(), has.end(), reduction) != has.end();
      if (callable) ways.push_back({entry, reduction});
    }
  }
  return ways;
}

void set_way(Case& c, const LossSpec& spec, const Way& way) {
  c.entry = way.entry;
  if (!way.reduction.empty()) c.set_option(spec, "reduction", way.reduction);
}

Case Variation::make_case(const Shape& output, const Shape& varied_shape, const Way& way,
                          std::uint64_t seed) const {
  Case c;
  c.loss = loss->spec.name;
  c.seed = seed;
  c.options = loss->sweep_options;
  set_way(c, loss->spec, way);
  Call call;
  call.operands[0] = {true, output, number_class(dtypes[0])};
  if (varied != 0) call.operands[varied] = {true, varied_shape, number_class(dtypes[varied])};
  bind_options(c, loss->spec, call);
  Reading reading = nearest_reading(contract, call);
  const bool fits = reading.shapes[0] == output;
  Contract nearest_by_output;
  if (!fits) {
    // What the operand that varies looks like must not decide what the others follow.
    Call alone = call;
    if (varied != 0) alone.operands[varied] = {};
    const Reading by_output = nearest_reading(contract, alone);
    if (by_output.alternative != reading.alternative) {
      nearest_by_output = {contract.options, {*by_output.alternative}};
      reading = nearest_reading(nearest_by_output, call);
    }
  }
  for (std::size_t i = 0; i < contract.operands().size(); ++i) {
    const bool varies = i == 0 || i == varied;
    if (!varies && contract.operands()[i].optional) continue;
    Operand operand;
    operand.name = operand_name(i);
    operand.dtype = dtypes[i];
    operand.shape = i == 0        ? output
                    : i == varied ? varied_shape
                    : fits        ? reading.shapes[i]
                                  : follow(output, reading, i);
    c.operands.push_back(std::move(operand));
  }
  return c;
}

std::vector<Variation> variations_of(const Loss& loss, const std::vector<std::string>& entries) {
  std::vector<Variation> variations;
  std::vector<std::vector<DType>> seen;
  for (const Alternative& alternative : loss.spec.contract.alternatives) {
    const std::vector<DType> dtypes = dtypes_of(alternative);
    if (std::find(seen.begin(), seen.end(), dtypes) != seen.end()) continue;
    seen.push_back(dtypes);
    Variation variation;
    variation.loss = &loss;
    variation.entries = entries;
    variation.dtypes = dtypes;
    variation.ways = ways_of(loss, entries);
    variation.contract.options = loss.spec.contract.options;
    for (const Alternative& other : loss.spec.contract.alternatives) {
      if (dtypes_of(other) == dtypes) variation.contract.alternatives.push_back(other);
    }
    variation.varied = 0;
    if (alternative.operands.size() == 1) variations.push_back(variation);
    for (std::size_t i = 1; i < alternative.operands.size(); ++i) {
      variation.varied = i;
      variations.push_back(variation);
    }
  }
  return variations;
}

}  // namespace shapefuzz
