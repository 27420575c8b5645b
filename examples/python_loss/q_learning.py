# SPDX-License-Identifier: BSD-3-Clause
"""The loss of deep Q-learning (Mnih et al. 2015), as it is written everywhere, and put right."""

import shapefuzz

CONTRACT = (
    "(q: real[N,A], action: index(A)[N,1], reward: real[N], next_q: real[N,A], done: binary[N])"
    " -> mean[N]"
)


def returns(reward, next_q, done, discount):
    return (reward + discount * (1 - done) * next_q.max(1).values).detach()


@shapefuzz.loss(CONTRACT)
def q_learning_broadcasting(q, action, reward, next_q, done, discount=0.9):
    return (q.gather(1, action) - returns(reward, next_q, done, discount)).pow(2).mean()


@shapefuzz.loss(CONTRACT)
def q_learning(q, action, reward, next_q, done, discount=0.9):
    batch = reward.shape
    fits = len(batch) == 1 and q.dim() == 2 and next_q.shape == q.shape and done.shape == batch
    if not fits or q.shape[0] != batch[0] or action.shape != (batch[0], 1):
        raise ValueError("q_learning: expected q (N, A), action (N, 1), reward and done (N)")
    error = q.gather(1, action).squeeze(1) - returns(reward, next_q, done, discount)
    return error.pow(2).mean()
