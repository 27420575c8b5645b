// SPDX-License-Identifier: BSD-3-Clause
// The batches of a data loader against a contract, before a training begins: shapes, dtypes and
// values of the first ones and of the last, which is mostly incomplete. Link shapefuzz::guard.
//
//   #include <shapefuzz/batches.h>
//
//   shapefuzz::check_batches(*loader, "(images: prob[N,1,28,28], labels: index(10)[N])");
//
// The contract says what a batch holds, in its order: a loss's contract without its result.
#pragma once

#include <ATen/core/Tensor.h>
#include <c10/util/Exception.h>

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

namespace shapefuzz {

/// What check_batches throws: which batch, what is wrong with it, and what to write instead.
class BatchError : public c10::Error {
 public:
  /// With that message, and without a backtrace.
  explicit BatchError(std::string message) : c10::Error(std::move(message), /*backtrace=*/{}) {}
};

/// What batches are held against. Making one parses the contract; a copy shares what was parsed.
class BatchContract {
 public:
  /// Throws BatchError for a contract that cannot be read. Messages say what to write instead in
  /// C++, or in Python.
  explicit BatchContract(std::string_view contract, bool in_python = false);
  /// Throws BatchError unless the tensors, in the contract's order, have its shapes, one number of
  /// samples, its dtypes and the values of its kinds, and no NaN. `name` is the batch in the
  /// message.
  void check(const std::vector<at::Tensor>& batch, const std::string& name) const;

 private:
  struct Parsed;
  std::shared_ptr<const Parsed> parsed_;
};

/// The tensors of what a loader gives: a tensor, a vector of them, a pair, a tuple, or something
/// with `data` and `target`, as torch::data::Example, of which Stack makes a batch.
inline std::vector<at::Tensor> tensors_of(const at::Tensor& batch) { return {batch}; }
/// The same.
inline std::vector<at::Tensor> tensors_of(const std::vector<at::Tensor>& batch) { return batch; }
/// The same.
template <class... Tensors>
std::vector<at::Tensor> tensors_of(const std::tuple<Tensors...>& batch) {
  return std::apply([](const auto&... tensors) { return std::vector<at::Tensor>{tensors...}; },
                    batch);
}
/// The same.
template <class First, class Second>
std::vector<at::Tensor> tensors_of(const std::pair<First, Second>& batch) {
  return {batch.first, batch.second};
}
/// Samples that nobody has made a batch of.
template <class Example, class = decltype(std::declval<const Example&>().data)>
std::vector<at::Tensor> tensors_of(const std::vector<Example>& batch) {
  static_assert(sizeof(batch) == 0,
                "shapefuzz: these are samples: .map(torch::data::transforms::Stack<>()) makes "
                "batches of them");
  return {};
}
/// The same as of a pair.
template <class Example, class = decltype(std::declval<const Example&>().data),
          class = decltype(std::declval<const Example&>().target)>
std::vector<at::Tensor> tensors_of(const Example& batch) {
  return {batch.data, batch.target};
}

/// Looks at the first `n` batches of a loader and at its last one, and returns how many those were.
/// It goes through the loader once, to its end. `tensors` takes the tensors out of a batch, in the
/// contract's order. Throws BatchError at the first batch that is not as the contract says, if
/// there is none, and for an `n` of 0; a loader that is stopped there has to be made anew, since
/// LibTorch gives an iterator only where the one before has ended.
template <class Loader, class Tensors>
std::size_t check_batches(Loader& loader, std::string_view contract, std::size_t n,
                          const Tensors& tensors) {
  const BatchContract demanded(contract);
  if (n == 0) throw BatchError("check_batches: found n = 0, expected at least 1\n");
  std::size_t count = 0;
  std::optional<std::vector<at::Tensor>> last;
  for (auto&& batch : loader) {
    last = tensors(batch);
    if (count < n) demanded.check(*last, "batch " + std::to_string(count));
    ++count;
  }
  if (!last) throw BatchError("check_batches: the loader gives no batch\n");
  if (count > n) demanded.check(*last, "the last batch, " + std::to_string(count - 1));
  return count > n ? n + 1 : count;
}
/// The same of what make_data_loader returns.
template <class Loader, class... Rest>
std::size_t check_batches(const std::unique_ptr<Loader>& loader, std::string_view contract,
                          Rest&&... rest) {
  return check_batches(*loader, contract, std::forward<Rest>(rest)...);
}
/// The same of what `tensors_of` knows.
template <class Loader>
std::size_t check_batches(Loader& loader, std::string_view contract, std::size_t n = 3) {
  return check_batches(loader, contract, n, [](const auto& batch) { return tensors_of(batch); });
}

}  // namespace shapefuzz
