#include "properties/generator.h"

#include <rapidcheck.h>

#include <array>
#include <ostream>
#include <tuple>

#include "harness/case/values.h"
#include "harness/case/zone.h"

namespace shapefuzz {
namespace {

// A sweep has every shape up to size 3; these go beyond it.
constexpr std::int64_t kMaxSize = 6;
constexpr int kMaxPackRank = 2;
constexpr int kOneIn = 12;  // an empty dimension is worth a try now and then
constexpr int kSeeds = 1000;

constexpr std::array<Mistake, 16> kApplicable = {
    Mistake::kForgotUnsqueeze, Mistake::kForgotSqueeze,
    Mistake::kReducedToScalar, Mistake::kOneHotForIndex,
    Mistake::kMissingBatch,    Mistake::kMissingLast,
    Mistake::kExtraBatch,      Mistake::kExtraLast,
    Mistake::kTransposed,      Mistake::kOneSample,
    Mistake::kShorterBatch,    Mistake::kLongerBatch,
    Mistake::kSizeOne,         Mistake::kSizeOneDemanded,
    Mistake::kOtherSize,       Mistake::kEmpty};

// Uniform in [low, high). RapidCheck grows its ranges with the number of tests done; here all of
// the range is wanted from the first test on.
template <class Integer>
Integer pick(Integer low, Integer high) {
  return *rc::gen::resize(rc::kNominalSize, rc::gen::inRange<Integer>(low, high));
}

std::int64_t draw_size() {
  if (pick(0, kOneIn) == kOneIn - 1) return 0;
  return pick<std::int64_t>(1, kMaxSize + 1);
}

// Sizes for every name that no option binds.
void draw_sizes(const Contract& contract, const Alternative& alternative, Bindings& bindings) {
  for (const OperandPattern& operand : alternative.operands) {
    for (const Dim& dim : operand.pattern) {
      const bool bound = dim.type == Dim::Type::kNumber || dim.name < contract.options.size() ||
                         bindings.sizes[dim.name] != kUnbound;
      if (bound) continue;
      if (dim.type == Dim::Type::kName) {
        bindings.sizes[dim.name] = draw_size();
        continue;
      }
      const int rank = pick(0, kMaxPackRank + 1);
      for (int i = 0; i < rank; ++i) bindings.packs[dim.name].push_back(draw_size());
      bindings.sizes[dim.name] = rank;
    }
  }
}

struct Drawn {
  Case c;
  Reading reading;
};

Drawn draw(const Loss& loss, const std::string& entry) {
  const Contract& contract = loss.spec.contract;
  Drawn drawn;
  Case& c = drawn.c;
  c.loss = loss.spec.name;
  c.entry = entry;
  c.options = loss.sweep_options;
  c.seed = static_cast<std::uint64_t>(pick(0, kSeeds));
  c.set_option(loss.spec, "reduction", *rc::gen::elementOf(loss.spec.reductions(entry)));
  const std::size_t choice = pick<std::size_t>(0, contract.alternatives.size());
  const Alternative& alternative = contract.alternatives[choice];
  Bindings bindings(contract, to_call(c, loss.spec));
  draw_sizes(contract, alternative, bindings);
  for (const OperandPattern& pattern : alternative.operands) {
    if (pattern.optional && pick(0, 3) != 2) continue;
    Operand operand;
    operand.name = pattern.name;
    operand.dtype = default_dtype(pattern.kind);
    operand.shape = instantiate(pattern.pattern, bindings);
    c.operands.push_back(operand);
  }
  RC_PRE(zone_of(c, loss.spec, &drawn.reading) == Zone::kValid);
  return drawn;
}

DrawnCase draw_mistaken(const Loss& loss, const std::string& entry) {
  Drawn drawn = draw(loss, entry);
  DrawnCase result;
  const std::size_t victim = pick<std::size_t>(0, drawn.c.operands.size());
  Operand& operand = drawn.c.operands[victim];
  std::optional<std::int64_t> classes;
  for (const OperandPattern& pattern : drawn.reading.alternative->operands) {
    if (pattern.name != operand.name || pattern.kind != Kind::kIndex) continue;
    classes = bind_kind(pattern, drawn.reading.bindings).argument;
  }
  const std::int64_t change = pick<std::int64_t>(1, 3);
  // Not every mistake can be made with every shape.
  std::vector<std::pair<Mistake, Shape>> possible;
  for (const Mistake mistake : kApplicable) {
    if (const auto shape = apply(mistake, operand.shape, change, classes)) {
      possible.emplace_back(mistake, *shape);
    }
  }
  std::tie(result.mistake, operand.shape) = possible[pick<std::size_t>(0, possible.size())];
  result.operand = operand.name;
  result.c = std::move(drawn.c);
  return result;
}

}  // namespace

std::ostream& operator<<(std::ostream& out, const DrawnCase& drawn) {
  out << to_string(drawn.c);
  if (drawn.mistake == Mistake::kNone) return out;
  return out << "  (" << drawn.operand << ": " << to_string(drawn.mistake) << ")";
}

rc::Gen<DrawnCase> valid_case(const Loss& loss, const std::string& entry) {
  return rc::gen::exec([&loss, entry] {
    return DrawnCase{draw(loss, entry).c, Mistake::kNone, ""};
  });
}

rc::Gen<DrawnCase> mistaken_case(const Loss& loss, const std::string& entry) {
  return rc::gen::exec([&loss, entry] { return draw_mistaken(loss, entry); });
}

}  // namespace shapefuzz
