# SPDX-License-Identifier: BSD-3-Clause
"""The contrastive loss of SimCLR (Chen et al. 2020), as it is written everywhere, and with a check."""

import torch

import shapefuzz

CONTRACT = "(view: real[N,D], other: real[N,D]) -> []"


@shapefuzz.loss(CONTRACT)
def ntxent_broadcasting(view, other, temperature=0.5):
    similarity = torch.cosine_similarity(view.unsqueeze(1), other.unsqueeze(0), -1) / temperature
    return -torch.log_softmax(similarity, 1).diagonal().mean()


@shapefuzz.loss(CONTRACT)
def ntxent(view, other, temperature=0.5):
    if view.dim() != 2 or view.shape != other.shape:
        raise ValueError("ntxent: both views need one shape, (N, D)")
    return ntxent_broadcasting(view, other, temperature)
