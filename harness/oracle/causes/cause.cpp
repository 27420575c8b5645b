// SPDX-License-Identifier: BSD-3-Clause
#include "harness/oracle/causes/cause.h"

#include <fmt/core.h>

#include <algorithm>

#include "harness/language/case/values.h"
#include "harness/language/case/zone.h"
#include "harness/language/text/release.h"

namespace shapefuzz {
namespace {

template <class Items, class Item>
bool contains(const Items& items, const Item& item) {
  return std::find(items.begin(), items.end(), item) != items.end();
}

}  // namespace

bool Versions::may_strike(std::string_view libtorch) const {
  if (!measured_in.empty()) return true;
  if (!first_good.empty() && !is_older(libtorch, first_good)) return false;
  return last_good.empty() || is_older(last_good, libtorch);
}

bool Versions::must_strike(std::string_view libtorch) const {
  if (!measured_in.empty()) return libtorch == measured_in;
  if (!may_strike(libtorch)) return false;
  const bool behind_the_first = last_good.empty() || !is_older(libtorch, first_bad);
  // 1.13.1 is of the line 1.13.
  const std::string_view line = libtorch.substr(0, libtorch.find('.', libtorch.find('.') + 1));
  const bool before_the_last = first_good.empty() || !is_older(last_bad, line);
  return behind_the_first && before_the_last;
}

const std::vector<std::string_view>& measured_releases() {
  static const std::vector<std::string_view> releases = {"1.13.1", "2.6.0", "2.14.1"};
  return releases;
}

std::string Versions::text() const {
  if (!measured_in.empty()) return fmt::format("{} (no other was measured)", measured_in);
  std::vector<std::string> bad;
  std::string good;
  for (const std::string_view release : measured_releases()) {
    if (may_strike(release)) {
      bad.emplace_back(release);
    } else if (!bad.empty() && good.empty()) {
      good = release;
    }
  }
  std::string text;
  for (std::size_t i = 0; i < bad.size(); ++i) {
    text += (i == 0 ? "" : i + 1 == bad.size() ? " and " : ", ") + bad[i];
  }
  return good.empty() ? text : text + ", fixed in " + good;
}

bool Cause::is_of(std::string_view loss) const { return contains(losses, loss); }

bool Cause::is_of(std::string_view loss, std::string_view entry) const {
  return is_of(loss) && (entries.empty() || contains(entries, entry));
}

bool Cause::has(Verdict verdict) const { return contains(verdicts, verdict); }

std::string Cause::known_where() const {
  std::string text = versions.text();
  for (std::size_t i = 0; i < upstream.size(); ++i) {
    text += (i == 0 ? "; pytorch#" : ", #") + std::string(upstream[i]);
  }
  return text;
}

bool Cause::fits(const Sighting& sighting) const {
  return is_of(sighting.c.loss, sighting.c.entry) && has(sighting.judgement.verdict) &&
         (strikes == nullptr || strikes(sighting));
}

const Cause* Causes::find(std::string_view name) const {
  for (const Cause& cause : causes_) {
    if (cause.name == name) return &cause;
  }
  return nullptr;
}

Causes Causes::without(std::string_view name) const {
  std::vector<Cause> others;
  for (const Cause& cause : causes_) {
    if (cause.name != name) others.push_back(cause);
  }
  return Causes(std::move(others));
}

CaseValues values_of(const Case& c, const LossSpec& spec) {
  Reading reading;
  zone_of(c, spec, &reading);
  if (reading.alternative == nullptr) reading = nearest_reading(spec.contract, to_call(c, spec));
  const auto& patterns = reading.alternative->operands;
  CaseValues values;
  for (std::size_t i = 0; i < patterns.size(); ++i) {
    const Operand* const operand = c.find_operand(patterns[i].name);
    if (operand == nullptr) continue;
    values[i] = effective_values(*operand, bind_kind(patterns[i], reading.bindings), c.seed, i);
  }
  return values;
}

void name_cause_of_death(const Causes& causes, const Case& c, const LossSpec& spec,
                         std::string_view libtorch, Judgement& judgement) {
  if (spec.own) return;  // it may have the name of one of LibTorch's
  if (!is_finding(judgement.verdict)) return;
  const CaseValues values = values_of(c, spec);
  const Sighting sighting = {spec, c, judgement, values};
  for (const Cause& cause : causes.all()) {
    const bool predicts = cause.predict != nullptr;
    if (predicts || !cause.versions.may_strike(libtorch) || !cause.fits(sighting)) continue;
    judgement.cause = cause.name;
    return;
  }
}

}  // namespace shapefuzz
