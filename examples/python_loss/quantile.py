# SPDX-License-Identifier: BSD-3-Clause
"""The pinball loss of several quantiles, as it is written everywhere, and with a check."""

import torch

import shapefuzz

CONTRACT = "(prediction: real[N,len(quantiles)], target: real[N]) -> mean[N]"


@shapefuzz.loss(CONTRACT)
def quantile_broadcasting(prediction, target, quantiles=(0.1, 0.5, 0.9)):
    q = torch.tensor(quantiles, dtype=prediction.dtype)
    error = target.unsqueeze(-1) - prediction
    return torch.maximum(q * error, (q - 1) * error).mean()


@shapefuzz.loss(CONTRACT)
def quantile(prediction, target, quantiles=(0.1, 0.5, 0.9)):
    if target.dim() != 1 or prediction.shape != (target.shape[0], len(quantiles)):
        raise ValueError("quantile: expected predictions (N, Q) and targets (N)")
    return quantile_broadcasting(prediction, target, quantiles)
