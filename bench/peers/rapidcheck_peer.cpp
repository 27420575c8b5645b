// SPDX-License-Identifier: BSD-3-Clause
// The property (promise.h) with RapidCheck, as its documentation teaches: draws in the property's
// body, RC_PRE for what must not be, RC_FAIL, and its own shrinking. Draws calls by the contract of
// a loss, half of them with one mistake, and hunts planted faults.
//   shapefuzz_peer_rapidcheck [--twins] SEEDS CASES SECONDS LOSS...
#include <ATen/Parallel.h>
#include <rapidcheck.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <iostream>
#include <numeric>

#include "bench/mutants/planted.h"
#include "bench/peers/promise.h"

namespace peers {
namespace {

using shapefuzz::planted;

std::int64_t elements_of(const Sizes& shape) {
  return std::accumulate(shape.begin(), shape.end(), std::int64_t{1}, std::multiplies<>());
}

// Zero first, then what is near it; eighths, which every dtype holds, or finer.
rc::Gen<double> between(int least, int most, int parts = 8) {
  return rc::gen::map(rc::gen::inRange(0, parts * (most - least) + 1), [=](int i) {
    if (least < 0 && most > 0) return (i % 2 == 0 ? -i : i + 1) / 2.0 / parts;
    return (least < 0 ? -1.0 : 1.0) * i / parts;
  });
}

// The legal values.
rc::Gen<double> values_of(const std::string& kind, std::int64_t classes,
                          std::optional<std::int64_t> ignored) {
  if (kind == "index") {
    const auto some = rc::gen::cast<double>(
        rc::gen::inRange<std::int64_t>(0, std::max<std::int64_t>(classes, 1)));
    if (!ignored) return some;
    return rc::gen::weightedOneOf<double>(
        {{3, some}, {1, rc::gen::just(static_cast<double>(*ignored))}});
  }
  if (kind == "real") {
    return rc::gen::weightedOneOf<double>({{3, between(-8, 8)}, {1, between(-8, 8, 1000)}});
  }
  if (kind == "weight" || kind == "positive") return between(0, 8);
  if (kind == "logprob") return between(-8, 0);
  if (kind == "prob") return between(0, 1);
  if (kind == "sign") return rc::gen::element(1.0, -1.0);
  return rc::gen::element(0.0, 1.0);
}

// Values outside the kind.
std::vector<double> illegal_of(const std::string& kind, std::int64_t classes,
                               std::optional<std::int64_t> ignored) {
  if (kind == "real") return {};
  if (kind == "logprob") return {0.5};
  if (kind == "prob") return {-0.5, 1.5};
  if (kind == "sign") return {0, 2};
  if (kind == "binary") return {0.5, 2};
  if (kind != "index") return {-1};
  std::vector<double> values;
  for (const std::int64_t value : {std::int64_t{-1}, classes, -classes}) {
    if (value != 0 && value != ignored) values.push_back(static_cast<double>(value));
  }
  return values;
}

// A mistake in a shape, as people make them, or any other shape.
Sizes other_shape(Sizes shape) {
  const int way = *rc::gen::inRange(0, 6);
  const auto rank = static_cast<int>(shape.size());
  if (rank == 0 || way == 0) {
    shape.insert(shape.begin() + *rc::gen::inRange(0, rank + 1), 1);
    return shape;
  }
  const auto at = shape.begin() + *rc::gen::inRange(0, rank);
  if (way == 1) shape.erase(at);
  if (way == 2) *at = 1;
  if (way == 3) *at = *rc::gen::inRange(0, 6);
  if (way == 4) return {shape.rbegin(), shape.rend()};
  if (way == 5) {
    return *rc::gen::resize(4, rc::gen::container<Sizes>(rc::gen::inRange<std::int64_t>(0, 5)));
  }
  return shape;
}

Bindings drawn_bindings(const Contract& contract) {
  Bindings bound;
  for (const std::string& name : contract.names()) {
    const auto& at_least_one = contract.at_least_one;
    const bool is_one =
        std::find(at_least_one.begin(), at_least_one.end(), name) != at_least_one.end();
    bound[name] = {*rc::gen::inRange<std::int64_t>(is_one ? 1 : 0, 6)};
  }
  const auto rank = *rc::gen::inRange<std::size_t>(0, 5);
  bound["*d"] = *rc::gen::container<Sizes>(rank, rc::gen::inRange<std::int64_t>(0, 4));
  return bound;
}

at::Tensor laid_out(const at::Tensor& tensor) {
  const int layout = *rc::gen::weightedElement<int>({{4, 0}, {1, 1}, {1, 2}, {1, 3}});
  std::vector<std::int64_t> order(static_cast<std::size_t>(tensor.dim()));
  std::iota(order.rbegin(), order.rend(), 0);
  if (layout == 1) return tensor.permute(order).contiguous().permute(order);
  if (layout == 2) return at::stack({tensor, tensor}, -1).select(-1, 0);
  if (layout == 3 && tensor.dim() > 0 && tensor.size(0) > 1) {
    return tensor.narrow(0, 0, 1).expand_as(tensor);
  }
  return tensor;
}

// Within what is documented: typical values, and any of the range.
shapefuzz::OptionValue drawn_option(const shapefuzz::OwnLoss::Option& option) {
  if (option.name == "reduction") {
    return *rc::gen::element<std::string>("none", "mean", "sum");
  }
  if (std::holds_alternative<bool>(option.standard)) return *rc::gen::arbitrary<bool>();
  if (std::holds_alternative<std::int64_t>(option.standard)) {
    return *rc::gen::element<std::int64_t>(-100, -1, 0, 1);
  }
  const auto standard = std::get<double>(option.standard);
  if (option.name == "tau") return *rc::gen::inRange(1, 16) / 16.0;
  if (option.name == "smoothing") return *rc::gen::inRange(0, 16) / 16.0;
  if (option.name == "delta") return *rc::gen::inRange(1, 65) / 8.0;
  // Below a gamma of 1 the focal loss has a root, and no slope where a sample is right.
  if (option.name == "gamma") return *rc::gen::element(standard, 0.0, 1.0, 4.0);
  return *rc::gen::oneOf(rc::gen::just(standard), between(0, 8));
}

// Which operand has an illegal value, if one can have one.
std::optional<std::size_t> drawn_wrong(const std::vector<std::string>& kinds,
                                       const std::vector<Sizes>& shapes) {
  std::vector<std::size_t> able;
  for (std::size_t i = 0; i < kinds.size(); ++i) {
    if (kinds[i] != "real" && elements_of(shapes[i]) > 0) able.push_back(i);
  }
  if (able.empty() || *rc::gen::inRange(0, 4) < 3) return std::nullopt;
  return *rc::gen::elementOf(able);
}

struct Drawing {
  const Loss& loss;
  Case c;
  std::vector<std::string> kinds;
  std::vector<Sizes> shapes;
  std::optional<std::int64_t> ignored;
  std::int64_t classes = 0;
  at::ScalarType dtype = at::kDouble;

  void draw_options() {
    bool log_target = false;
    for (const auto& option : loss.options) {
      c.options.push_back(drawn_option(option));
      if (option.name == "log_target") log_target = std::get<bool>(c.options.back());
      if (option.name == "ignore_index") ignored = std::get<std::int64_t>(c.options.back());
    }
    for (const Operand& operand : loss.contract.operands) {
      const bool either = operand.kind == "prob_or_log";
      kinds.push_back(either ? (log_target ? "logprob" : "prob") : operand.kind);
    }
  }

  void count_classes() {
    Bindings bound;
    const std::vector<std::string> names = loss.contract.names();
    if (names.size() > 1 && bind_shape(loss.contract.operands[0].pattern, shapes[0], bound)) {
      classes = bound.at(names[1]).front();
    }
  }

  at::Tensor operand(std::size_t i, bool is_wrong) {
    const auto count = static_cast<std::size_t>(elements_of(shapes[i]));
    RC_PRE(count == 0 || kinds[i] != "index" || classes > 0);
    auto values =
        *rc::gen::container<std::vector<double>>(count, values_of(kinds[i], classes, ignored));
    if (is_wrong) {
      const std::vector<double> illegal = illegal_of(kinds[i], classes, ignored);
      RC_PRE(!illegal.empty());
      values[*rc::gen::inRange<std::size_t>(0, count)] = *rc::gen::elementOf(illegal);
      c.is_illegal = true;
    }
    const at::ScalarType type = kinds[i] == "index" ? at::kLong : dtype;
    const at::Tensor tensor = at::tensor(values, at::kDouble).to(type).reshape(shapes[i]);
    return is_wrong ? tensor : laid_out(tensor);
  }
};

Case drawn_case(const Loss& loss) {
  Drawing drawing{loss, {}, {}, {}, {}};
  drawing.draw_options();
  const Bindings bound = drawn_bindings(loss.contract);
  for (const Operand& o : loss.contract.operands)
    drawing.shapes.push_back(shape_of(o.pattern, bound));
  drawing.count_classes();
  std::optional<std::size_t> wrong;
  if (*rc::gen::arbitrary<bool>()) {
    wrong = drawn_wrong(drawing.kinds, drawing.shapes);
    if (!wrong) {
      auto& shape = drawing.shapes[*rc::gen::inRange<std::size_t>(0, drawing.shapes.size())];
      shape = other_shape(shape);
      drawing.count_classes();
    }
  }
  drawing.dtype = *rc::gen::weightedElement<at::ScalarType>(
      {{5, at::kDouble}, {1, at::kFloat}, {1, at::kHalf}, {1, at::kBFloat16}});
  for (std::size_t i = 0; i < drawing.shapes.size(); ++i) {
    const bool may_miss = loss.contract.operands[i].optional && wrong != i;
    const bool is_missing = may_miss && *rc::gen::arbitrary<bool>();
    drawing.c.operands.push_back(is_missing ? at::Tensor() : drawing.operand(i, wrong == i));
  }
  return drawing.c;
}

double seconds() { return static_cast<double>(std::clock()) / CLOCKS_PER_SEC; }

// A case is found only if it has triggered the planted fault.
void hunt(const Loss& loss, const std::string& name, int seed, int cases, double most_seconds) {
  const std::string parameters =
      "seed=" + std::to_string(seed) + " max_success=" + std::to_string(cases);
  setenv("RC_PARAMS", parameters.c_str(), 1);
  int count = 0;
  int first_triggered = 0;
  double found_after = 0;
  std::int64_t size = -1;
  std::string smallest = "-\t-";
  const double begun = seconds();
  rc::check(name, [&] {
    if (seconds() - begun > most_seconds) return;  // ends the shrinking, too
    const Case c = drawn_case(loss);
    const bool is_hunting = size < 0;
    if (is_hunting) ++count;
    const std::uint64_t before = planted().triggered;
    const std::optional<std::string> why = broken_promise(loss, c);
    const bool is_triggered = planted().triggered > before;
    if (is_triggered && first_triggered == 0) first_triggered = count;
    if (!why) return;
    if (planted().on && !is_triggered) {
      std::cerr << name << ": not the fault's doing: " << to_string(c) << *why << "\n";
      return;
    }
    if (is_hunting) found_after = seconds() - begun;
    size = size_of(c);
    smallest = to_string(c) + "\t" + why->substr(0, why->find('\n'));
    RC_FAIL(*why);
  });
  const double took = size < 0 ? seconds() - begun : found_after;
  std::printf("%s\trapidcheck\t%d\t%s\t%d\t%.6f\t%d\t%s\t%s\n", name.c_str(), seed,
              size < 0 ? "censored" : "found", count, took, first_triggered,
              size < 0 ? "-" : std::to_string(size).c_str(), smallest.c_str());
  std::fflush(stdout);
}

// In a process of its own, which a faulty loss may end; RapidCheck reads its parameters once.
void hunt_apart(const std::string& name, bool twins, int seed, int cases, double most_seconds) {
  const pid_t child = fork();
  if (child == 0) {
    planted().on = !twins;
    const std::optional<Loss> loss = loss_of(name, twins);
    if (loss) hunt(*loss, name, seed, cases, most_seconds);
    std::_Exit(loss ? 0 : 2);
  }
  int status = 0;
  waitpid(child, &status, 0);
  if (status != 0) std::cerr << name << ": its hunt has ended early\n";
}

}  // namespace
}  // namespace peers

int main(int argc, char** argv) {
  std::vector<std::string> arguments(argv + 1, argv + argc);
  const bool twins = !arguments.empty() && arguments.front() == "--twins";
  if (twins) arguments.erase(arguments.begin());
  if (arguments.size() < 4) {
    std::cerr << "shapefuzz_peer_rapidcheck [--twins] SEEDS CASES SECONDS LOSS...\n";
    return 2;
  }
  at::set_num_threads(1);
  for (std::size_t i = 3; i < arguments.size(); ++i) {
    for (int seed = 1; seed <= std::stoi(arguments[0]); ++seed) {
      peers::hunt_apart(arguments[i], twins, seed, std::stoi(arguments[1]),
                        std::stod(arguments[2]));
    }
  }
}
