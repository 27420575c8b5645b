// SPDX-License-Identifier: BSD-3-Clause
#include "harness/search/shrink/apart.h"

#include "harness/language/case/twin.h"
#include "harness/losses/registry/registry.h"
#include "harness/search/isolate/isolated_judge.h"

namespace shapefuzz {
namespace {

constexpr double kSecondsPerCase = 10;  // LibTorch's slowest on the largest operands takes two

Shown judge(IsolatedJudge& oracle, const Loss& loss, const Case& c) {
  const Judgement judgement = oracle.judge(loss, c);
  return {judgement.verdict, signature_of_any(c, loss.spec, judgement), judgement.detail};
}

Case with_plain_layouts(Case c) {
  for (Operand& operand : c.operands) operand.layout = Layout::kContiguous;
  return c;
}

}  // namespace

Signature signature_of_any(const Case& c, const LossSpec& spec, const Judgement& judgement) {
  Judgement named = judgement;
  if (!is_finding(judgement.verdict)) named.mistake = find_mistake(c, spec);
  return signature_of(c, named);
}

Shown judge_apart(const Case& c, const Judging& judging) {
  IsolatedJudge oracle(judging);
  oracle.limit_seconds(kSecondsPerCase);
  return judge(oracle, *find_loss(c.loss), c);
}

ShrunkApart shrink_apart(const Case& c, const Judging& judging, const ShrinkLimits& limits) {
  const Loss& loss = *find_loss(c.loss);
  if (loss.spec.own) {
    // A layout that was drawn is seldom to blame, and the signature would keep it.
    const Case plain = with_plain_layouts(c);
    if (plain != c) {
      const Shown shown = judge_apart(c, judging);
      if (is_finding(shown.verdict) && judge_apart(plain, judging).verdict == shown.verdict) {
        ShrunkApart result = shrink_apart(plain, judging, limits);
        result.shown = shown;  // who asks knows the case by its own name
        return result;
      }
    }
  }
  // What is too large to compute has a twin, which shows the same and is smaller by far.
  if (elements_of(c, loss.spec) > kMaxElements) {
    const Case twin = twin_of(c, loss.spec).c;
    if (twin != c) return shrink_apart(twin, judging, limits);
  }
  IsolatedJudge oracle(judging);
  oracle.limit_seconds(kSecondsPerCase);
  ShrunkApart result;
  result.shown = judge(oracle, loss, c);
  // Of what is no finding, the smallest case is another one that says nothing either.
  result.shrunk.smallest = c;
  if (!is_finding(result.shown.verdict)) return result;
  const auto shows = [&](const Case& smaller) {
    return std::optional(judge(oracle, loss, smaller).signature);
  };
  result.shrunk = shrink(c, loss.spec, result.shown.signature, shows, limits);
  if (judge_apart(result.shrunk.smallest, judging).signature == result.shown.signature) {
    return result;
  }
  // A case before it had corrupted the worker's memory: again, with a process a case.
  result.shown = judge_apart(c, judging);
  const auto shows_alone = [&](const Case& smaller) {
    return std::optional(judge_apart(smaller, judging).signature);
  };
  result.shrunk = shrink(c, loss.spec, result.shown.signature, shows_alone, limits);
  return result;
}

}  // namespace shapefuzz
