// SPDX-License-Identifier: BSD-3-Clause
// A linear regression whose outputs are [64,1] and whose targets are [64]: the loss falls, and the
// model learns the mean of the targets. Guarded, it throws at the first step.
#include <shapefuzz/guarded_losses.h>
#include <torch/torch.h>

#include <functional>
#include <iostream>

namespace {

using Mse = std::function<torch::Tensor(const torch::Tensor&, const torch::Tensor&)>;

// The same call of another namespace.
torch::Tensor mse(const torch::Tensor& output, const torch::Tensor& target) {
  return torch::nn::functional::mse_loss(output, target);
}
torch::Tensor guarded(const torch::Tensor& output, const torch::Tensor& target) {
  return shapefuzz::guard::mse_loss(output, target);
}

// The share of the targets' variance that the trained model explains.
double train(const Mse& loss, bool repaired) {
  torch::manual_seed(0);
  const auto x = torch::randn({64, 3});
  const auto y = x.matmul(torch::tensor({1.0F, -2.0F, 3.0F})) + 0.1 * torch::randn({64});
  torch::nn::Linear model(3, 1);
  torch::optim::SGD optimizer(model->parameters(), 0.1);
  torch::Tensor last;
  for (int step = 0; step < 200; ++step) {
    optimizer.zero_grad();
    const auto output = model->forward(x);
    last = loss(output, repaired ? y.unsqueeze(-1) : y);
    last.backward();
    optimizer.step();
  }
  const auto residual = y - model->forward(x).squeeze(-1);
  const double r2 = 1 - (residual.pow(2).sum() / (y - y.mean()).pow(2).sum()).item<double>();
  std::cout << "loss " << last.item<double>() << ", R2 " << r2 << "\n";
  return r2;
}

}  // namespace

int main() {
  std::cout << "as it is often written: ";
  train(mse, /*repaired=*/false);
  try {
    train(guarded, /*repaired=*/false);
  } catch (const shapefuzz::ShapeError& error) {
    std::cout << "guarded: " << error.what_without_backtrace();
  }
  std::cout << "repaired: ";
  train(guarded, /*repaired=*/true);
}
