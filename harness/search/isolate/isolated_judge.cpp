// SPDX-License-Identifier: BSD-3-Clause
#include "harness/search/isolate/isolated_judge.h"

#include <poll.h>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>

#include "harness/findings/records/json_text.h"
#include "harness/language/text/errors.h"
#include "harness/oracle/judge/judge.h"
#include "harness/oracle/libtorch/setup.h"
#include "harness/search/isolate/death.h"
#include "harness/search/process/pool.h"

namespace shapefuzz {
namespace {

using Json = nlohmann::ordered_json;

// For the way from the worker; what follows from the case is left out, and so are the digests.
std::string to_text(const Judgement& j) {
  const Json json = {{"zone", static_cast<int>(j.zone)},
                     {"outcome", static_cast<int>(j.outcome)},
                     {"verdict", static_cast<int>(j.verdict)},
                     {"result_shape", to_json(j.result_shape)},
                     {"expected_shape", to_json(j.expected_shape)},
                     {"warned", j.warned},
                     {"message", j.message},
                     {"detail", j.detail},
                     {"cause", j.cause}};
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

Judgement read_judgement(const std::string& text, const Case& c, const LossSpec& spec) {
  const Json json = Json::parse(text);
  Judgement j;
  j.zone = static_cast<Zone>(json.at("zone").get<int>());
  j.outcome = static_cast<Outcome>(json.at("outcome").get<int>());
  j.verdict = static_cast<Verdict>(json.at("verdict").get<int>());
  j.result_shape = shape_in(json.at("result_shape"));
  j.expected_shape = shape_in(json.at("expected_shape"));
  j.warned = json.at("warned").get<bool>();
  j.message = json.at("message").get<std::string>();
  j.detail = json.at("detail").get<std::string>();
  j.cause = json.at("cause").get<std::string>();
  if (j.verdict != Verdict::kPass) j.mistake = find_mistake(c, spec);
  return j;
}

}  // namespace

class IsolatedJudge::Impl {
 public:
  explicit Impl(Judging judging) : judging_(judging) {}

  void limit_seconds(double seconds) { seconds_ = seconds; }

  Judgement judge(const Loss& loss, const Case& c) {
    Ending ending;
    Chances chances;
    Fault fault;
    do {
      if (const auto judgement = ask(loss, c, ending)) return *judgement;
      fault = std::exchange(position().fault, {});
    } while (chances.another(ending, fault));
    return judgement_of(
        {0, 0, ending.signal(), fault, was_short_of_memory(), ending.is_from_outside(fault)}, c,
        loss.spec, judging_);
  }

 private:
  // Nothing if the worker has died, or was ended, of the case.
  std::optional<Judgement> ask(const Loss& loss, const Case& c, Ending& ending) {
    if (!worker_.runs() || loss_ != &loss) start(loss);
    stall_ = StallClock(StallClock::now(worker_, position()));
    send_text(worker_.to(), 0, to_string(c));  // a worker that is gone shows at its other pipe
    ending = {};
    if (!wait_for_answer()) {
      worker_.end();
      ending.ended_by_us = true;
      ending.idle = stall_.is_idle();
      return std::nullopt;
    }
    std::uint64_t number = 0;
    std::string text;
    if (receive_text(worker_.from(), number, text)) return read_judgement(text, c, loss.spec);
    ending.status = worker_.reap();
    if (ending.is_ours()) throw HarnessError("the judge's process failed");
    return std::nullopt;
  }

  Position& position() { return positions_[0]; }
  bool was_short_of_memory() { return position().shortage.refusals.load() != 0; }

  // The child has the loss because it is a copy of this process.
  void start(const Loss& loss) {
    worker_.end();
    warm_up_libtorch(judging_.memory);
    loss_ = &loss;
    worker_.start(position(), {}, 1, [&](int in, int out) {
      Judge judge(judging_);
      std::uint64_t number = 0;
      std::string line;
      while (receive_text(in, number, line)) {
        const Judgement judgement = judge.judge(loss, parse_case(line, {&loss.spec}));
        position().cases.fetch_add(1);
        if (!send_text(out, 0, to_text(judgement))) break;
      }
    });
  }

  // False if the case takes too long.
  bool wait_for_answer() {
    constexpr int kTick = 200;
    pollfd answer = {worker_.from(), POLLIN, 0};
    while (::poll(&answer, 1, kTick) <= 0) {
      if (stall_.lasts(StallClock::now(worker_, position()), seconds_ * judging_.patience()))
        return false;
    }
    return true;
  }

  Judging judging_;
  double seconds_ = 5;
  SharedPositions positions_{1};
  WorkerProcess worker_;
  const Loss* loss_ = nullptr;
  StallClock stall_;
};

IsolatedJudge::IsolatedJudge(Judging judging) : impl_(std::make_unique<Impl>(judging)) {}
IsolatedJudge::~IsolatedJudge() = default;
void IsolatedJudge::limit_seconds(double seconds) { impl_->limit_seconds(seconds); }
Judgement IsolatedJudge::judge(const Loss& loss, const Case& c) { return impl_->judge(loss, c); }

}  // namespace shapefuzz
