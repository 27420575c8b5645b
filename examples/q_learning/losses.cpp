// SPDX-License-Identifier: BSD-3-Clause
// The loss of deep Q-learning (Mnih et al. 2015), as it is written everywhere, and put right.
#include <shapefuzz/loss.h>

namespace {

torch::Tensor returns(const torch::Tensor& reward, const torch::Tensor& next_q,
                      const torch::Tensor& done, double discount) {
  return (reward + discount * (1 - done) * std::get<0>(next_q.max(1))).detach();
}

torch::Tensor q_learning_broadcasting(const torch::Tensor& q, const torch::Tensor& action,
                                      const torch::Tensor& reward, const torch::Tensor& next_q,
                                      const torch::Tensor& done, double discount) {
  return (q.gather(1, action) - returns(reward, next_q, done, discount)).pow(2).mean();
}

torch::Tensor q_learning(const torch::Tensor& q, const torch::Tensor& action,
                         const torch::Tensor& reward, const torch::Tensor& next_q,
                         const torch::Tensor& done, double discount) {
  const auto batch = reward.sizes();
  if (q.dim() != 2 || reward.dim() != 1 || q.size(0) != reward.size(0) ||
      next_q.sizes() != q.sizes() || done.sizes() != batch || action.dim() != 2 ||
      action.size(0) != q.size(0) || action.size(1) != 1) {
    throw shapefuzz::Refused("q_learning: expected q (N, A), action (N, 1), reward and done (N)");
  }
  const auto error = q.gather(1, action).squeeze(1) - returns(reward, next_q, done, discount);
  return error.pow(2).mean();
}

}  // namespace

shapefuzz::Losses shapefuzz::losses() {
  const char* const contract =
      "(q: real[N,A], action: index(A)[N,1], reward: real[N], next_q: real[N,A], done: binary[N]) "
      "-> mean[N]";
  return {shapefuzz::loss("q_learning", q_learning, contract).option("discount", 0.9),
          shapefuzz::loss("q_learning_broadcasting", q_learning_broadcasting, contract)
              .option("discount", 0.9)};
}
