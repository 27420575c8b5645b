#include "harness/shrink/apart.h"

#include <chrono>
#include <map>
#include <nlohmann/json.hpp>

#include "harness/oracle/judge.h"
#include "harness/sweep/pool.h"

namespace shapefuzz {
namespace {

using Json = nlohmann::json;
using Clock = std::chrono::steady_clock;

constexpr double kSecondsPerCase = 10;  // LibTorch's slowest on the largest operands takes two

Json to_json(const Shown& shown) {
  const Signature& s = shown.signature;
  return {to_string(shown.verdict), s.loss, s.entry, s.verdict, s.relation, s.message};
}

Shown shown_of(const Json& json) {
  return {*find_verdict(json.at(0).get<std::string>()),
          {json.at(1), json.at(2), json.at(3), json.at(4), json.at(5)}};
}

std::string dump(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

Shown shown_by(const Case& c, const LossSpec& spec, const Judgement& judgement) {
  return {judgement.verdict, signature_of_any(c, spec, judgement)};
}

// One worker judges case after case. When one of them ends it, a new worker makes the same cases
// again up to that one, which it knows the answer for.
class Apart {
 public:
  Apart(const Case& c, Policy policy, const ShrinkLimits& limits)
      : loss_(*find_loss(c.loss)), c_(c), policy_(policy), limits_(limits) {}

  ShrunkApart run() {
    ShrunkApart result;
    Pool pool;
    pool.units = 1;
    pool.seconds_per_case = kSecondsPerCase;
    pool.work = [this](std::size_t, const auto&, Position& position) { return work(position); };
    pool.on_death = [this](const Death& death) { deaths_[death.at_case] = death.signal; };
    pool.on_result = [&](std::size_t, const std::string& text) {
      const Json json = Json::parse(text);
      result.shown = shown_of(json.at("shown"));
      result.shrunk = {parse_case(json.at("case").get<std::string>(), {&loss_.spec}),
                       json.at("tries"), json.at("stopped_early"), json.at("proven")};
    };
    pool.run();
    return result;
  }

 private:
  std::string work(Position& position) const {
    std::uint64_t next = 0;
    Judge oracle(policy_);
    const auto judge = [&](const Case& c) {
      const std::uint64_t index = next++;
      const auto death = deaths_.find(index);
      if (death != deaths_.end()) {
        return shown_by(c, loss_.spec, judgement_of_death(c, loss_.spec, death->second));
      }
      position.next_case.store(index);
      const Judgement judgement = oracle.judge(loss_, c);
      position.cases.fetch_add(1);
      return shown_by(c, loss_.spec, judgement);
    };
    const Shown shown = judge(c_);
    ShrinkLimits limits = limits_;
    limits.seconds -= std::chrono::duration<double>(Clock::now() - start_).count();
    const Shrunk shrunk = shrink(
        c_, loss_.spec, shown.signature,
        [&](const Case& c) { return std::optional(judge(c).signature); }, limits);
    return dump({{"shown", to_json(shown)},
                 {"case", to_string(shrunk.smallest)},
                 {"tries", shrunk.tries},
                 {"stopped_early", shrunk.stopped_early},
                 {"proven", shrunk.proven}});
  }

  const Loss& loss_;
  const Case& c_;
  Policy policy_;
  ShrinkLimits limits_;
  const Clock::time_point start_ = Clock::now();
  std::map<std::uint64_t, int> deaths_;  // by number of the case: the signal
};

}  // namespace

Signature signature_of_any(const Case& c, const LossSpec& spec, const Judgement& judgement) {
  Judgement named = judgement;
  if (judgement.verdict == Verdict::kPass) named.misfit = find_misfit(c, spec);
  return signature_of(c, named);
}

Shown judge_apart(const Case& c, Policy policy) {
  const Loss& loss = *find_loss(c.loss);
  Shown shown;
  bool dead = false;
  Pool pool;
  pool.units = 1;
  pool.seconds_per_case = kSecondsPerCase;
  pool.work = [&](std::size_t, const auto& skipped, Position&) {
    if (!skipped.empty()) return std::string();
    return dump(to_json(shown_by(c, loss.spec, Judge(policy).judge(loss, c))));
  };
  pool.on_death = [&](const Death& death) {
    shown = shown_by(c, loss.spec, judgement_of_death(c, loss.spec, death.signal));
    dead = true;
  };
  pool.on_result = [&](std::size_t, const std::string& text) {
    if (!dead) shown = shown_of(Json::parse(text));
  };
  pool.run();
  return shown;
}

ShrunkApart shrink_apart(const Case& c, Policy policy, const ShrinkLimits& limits) {
  ShrunkApart result = Apart(c, policy, limits).run();
  if (judge_apart(result.shrunk.smallest, policy).signature == result.shown.signature) {
    return result;
  }
  // A case before it had corrupted the worker's memory: again, with a process a case.
  result.shown = judge_apart(c, policy);
  result.shrunk = shrink(
      c, find_loss(c.loss)->spec, result.shown.signature,
      [policy](const Case& smaller) {
        return std::optional(judge_apart(smaller, policy).signature);
      },
      limits);
  return result;
}

}  // namespace shapefuzz
