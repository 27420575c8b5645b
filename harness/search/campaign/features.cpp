// SPDX-License-Identifier: BSD-3-Clause
#include "harness/search/campaign/features.h"

#include <algorithm>

#include "harness/language/case/values.h"
#include "harness/language/text/hash.h"

namespace shapefuzz {
namespace {

// Kinds of features, so that two kinds never share a number by construction.
enum class Aspect : std::uint64_t { kOutcome = 1, kSite, kTrace, kOperators, kRanks, kStorage };

class Hash {
 public:
  Hash(std::uint64_t entry, Aspect kind) : state_(mix(entry ^ static_cast<std::uint64_t>(kind))) {}
  template <class Number>
  Hash& operator<<(Number number) {
    state_ = mix(state_ ^ static_cast<std::uint64_t>(number));
    return *this;
  }
  std::uint64_t value() const { return state_; }

 private:
  std::uint64_t state_;
};

}  // namespace

void append_features(const Observation& seen, std::vector<std::uint64_t>& features) {
  const Judgement& judgement = seen.judgement;
  const std::uint64_t entry = mix(hash_of(seen.c.loss)) ^ hash_of(seen.c.entry);
  const auto add = [&](const Hash& hash) { features.push_back(hash.value()); };

  add(Hash(entry, Aspect::kOutcome) << judgement.zone << hash_of(seen.mistake.operand)
                                    << seen.mistake.kind << judgement.outcome << judgement.verdict);
  if (!judgement.message.empty()) {
    const std::string where =
        judgement.site.empty() ? without_particulars(judgement.message) : judgement.site;
    add(Hash(entry, Aspect::kSite) << hash_of(where));
  }

  Hash trace(entry, Aspect::kTrace);
  for (std::size_t i = 0; i < seen.operators.size(); ++i) {
    trace << seen.operators[i];
    if (i < 2) continue;
    add(Hash(entry, Aspect::kOperators)
        << seen.operators[i - 2] << seen.operators[i - 1] << seen.operators[i]);
  }
  add(trace);

  // Whether all of an entry's are reached is for hours; those of a loss lead there as well.
  const std::uint64_t loss = hash_of(seen.c.loss);
  Hash ranks(loss, Aspect::kRanks);
  for (const Operand& operand : seen.c.operands) {
    ranks << operand.shape.rank();
    add(Hash(loss, Aspect::kStorage) << hash_of(operand.name) << operand.dtype << operand.layout
                                     << operand.constant << judgement.outcome);
  }
  add(ranks);
}

}  // namespace shapefuzz
