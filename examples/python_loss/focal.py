# SPDX-License-Identifier: BSD-3-Clause
"""The focal loss for binary labels (Lin et al. 2017), as it is written everywhere, and with a check."""

import torch

import shapefuzz

CONTRACT = "(logits: real[*S], labels: binary[*S]) -> mean[*S]"


@shapefuzz.loss(CONTRACT)
def focal_broadcasting(logits, labels, gamma=2.0):
    p = torch.sigmoid(logits)
    cross_entropy = logits.clamp(min=0) - logits * labels + torch.log1p(torch.exp(-logits.abs()))
    p_true = p * labels + (1 - p) * (1 - labels)
    return (cross_entropy * (1 - p_true) ** gamma).mean()


@shapefuzz.loss(CONTRACT)
def focal(logits, labels, gamma=2.0):
    if logits.shape != labels.shape:
        raise ValueError("focal: logits and labels have different shapes")
    return focal_broadcasting(logits, labels, gamma)
