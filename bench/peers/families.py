# SPDX-License-Identifier: BSD-3-Clause
"""The losses under test, family by family, as their documentation has them: the contract, the formula
in NumPy, the options, and where the value has a kink, at which no difference quotient is its slope."""

import dataclasses
from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

from contracts import Contract, parsed

Array = npt.NDArray[Any]
Options = dict[str, Any]
Formula = Callable[[list[Any], Options], Array]

EPS = 1e-8  # below the roots of the losses of pairs


@dataclasses.dataclass(frozen=True)
class Family:
    contract: Contract
    formula: Formula  # the unreduced losses
    options: dict[str, tuple[Any, ...]]  # typical values, then the least and the largest of a range
    kinks: Formula  # numbers that are 0 where there is a kink
    is_coupled: bool = False  # every sample meets every other one
    is_reduced: bool = True  # there is an option `reduction`


@dataclasses.dataclass(frozen=True)
class Loss:
    name: str
    family: Family
    # shapefuzz forgives an operand that expands to its documented shape, but judges those losses
    # strictly whose fault is just that; so do its peers.
    is_strict: bool


def no_kinks(_operands: list[Any], _options: Options) -> Array:
    return np.ones(1)


def difference(operands: list[Any], _options: Options) -> Array:
    return np.asarray(operands[0] - operands[1])


def squared(operands: list[Any], options: Options) -> Array:
    return difference(operands, options) ** 2


def absolute(operands: list[Any], options: Options) -> Array:
    return np.abs(difference(operands, options))


def huber_of(error: Array, delta: float) -> Array:
    size = np.abs(error)
    return np.where(size <= delta, 0.5 * size**2, delta * (size - 0.5 * delta))


def huber(operands: list[Any], options: Options) -> Array:
    return huber_of(difference(operands, options), options["delta"])


def log_cosh(operands: list[Any], options: Options) -> Array:
    size = absolute(operands, options)
    return np.asarray(size + np.log1p(np.exp(-2 * size)) - np.log(2.0))


def quantile(operands: list[Any], options: Options) -> Array:
    error, tau = operands[1] - operands[0], options["tau"]
    return np.asarray(np.maximum(tau * error, (tau - 1) * error))


def column(weight: Array | None) -> Any:
    return 1 if weight is None else weight[:, None]


def weighted_squared(operands: list[Any], options: Options) -> Array:
    return np.asarray(squared(operands, options) * column(operands[2]))


def weighted_absolute(operands: list[Any], options: Options) -> Array:
    return np.asarray(absolute(operands, options) * column(operands[2]))


def boxes(operands: list[Any], options: Options) -> Array:
    return np.asarray(huber_of(difference(operands, options), 1.0).sum(1) * operands[2])


def gaussian(operands: list[Any], options: Options) -> Array:
    variance = column(operands[2])
    return np.asarray(0.5 * (squared(operands, options) / (variance + 1) + np.log1p(variance)))


def log_softmax(logits: Array) -> Array:
    shifted = logits - logits.max(1, keepdims=True)
    return np.asarray(shifted - np.log(np.exp(shifted).sum(1, keepdims=True)))


def classes(operands: list[Any], _options: Options) -> Array:
    chosen = np.take_along_axis(log_softmax(operands[0]), np.expand_dims(operands[1], 1), 1)
    return np.asarray(-chosen.squeeze(1))


def ignoring(operands: list[Any], options: Options) -> Array:
    kept = operands[1] != options["ignore_index"]
    if not kept.any():
        return np.asarray(np.nan)
    return np.asarray(classes([operands[0][kept], operands[1][kept]], options).mean())


def smoothed(operands: list[Any], options: Options) -> Array:
    smoothing = options["smoothing"]
    return np.asarray((1 - smoothing) * classes(operands, options) - smoothing * log_softmax(operands[0]).mean(1))


def focal(operands: list[Any], options: Options) -> Array:
    losses = classes(operands, options)
    return np.asarray(operands[2][operands[1]] * losses * np.maximum(1 - np.exp(-losses), 0) ** options["gamma"])


def focal_kinks(operands: list[Any], options: Options) -> Array:
    """A root of nothing."""
    return np.asarray(1 - np.exp(-classes(operands, options)))


def dice(operands: list[Any], options: Options) -> Array:
    output, mask = (o.reshape(o.shape[0], int(np.prod(o.shape[1:]))) for o in operands)
    smooth = options["smooth"]
    return np.asarray(1 - (2 * (output * mask).sum(1) + smooth) / ((output + mask).sum(1) + smooth))


def kl(operands: list[Any], options: Options) -> Array:
    output, target = operands
    if options.get("log_target", False):
        return np.asarray((np.exp(target) * (target - output)).sum(1))
    logarithm = np.log(np.where(target > 0, target, 1))
    return np.asarray((target * (logarithm - output)).sum(1))


def bce(operands: list[Any], _options: Options) -> Array:
    output, target = operands
    hit, missed = np.log(np.maximum(output, 1e-6)), np.log(np.maximum(1 - output, 1e-6))
    return np.asarray(-(target * hit + (1 - target) * missed))


def norms(rows: Array) -> Array:
    return np.asarray(np.sqrt((rows**2).sum(1) + EPS))


def cosines(operands: list[Any], _options: Options) -> Array:
    return np.asarray((operands[0] * operands[1]).sum(1) / (norms(operands[0]) * norms(operands[1])))


def cosine(operands: list[Any], options: Options) -> Array:
    found = cosines(operands, options)
    return np.where(operands[2] == 1, 1 - found, np.maximum(found, 0))


def cosine_kinks(operands: list[Any], options: Options) -> Array:
    return np.concatenate([cosines(operands, options), norms(operands[0]) / 100, norms(operands[1]) / 100])


def margins(operands: list[Any], _options: Options) -> Array:
    return norms(operands[0] - operands[1]) - norms(operands[0] - operands[2]) + 1


def triplet(operands: list[Any], options: Options) -> Array:
    return np.maximum(margins(operands, options), 0)


def triplet_kinks(operands: list[Any], options: Options) -> Array:
    distances = [norms(operands[0] - other) / 100 for other in operands[1:]]
    return np.concatenate([margins(operands, options), *distances])


def contrastive(operands: list[Any], _options: Options) -> Array:
    a, b = operands
    scores = (a / norms(a)[:, None]) @ (b / norms(b)[:, None]).T
    return np.asarray((np.log(np.exp(scores).sum(1)) - np.diagonal(scores)).mean())


def contrastive_kinks(operands: list[Any], _options: Options) -> Array:
    return np.asarray(np.concatenate([norms(operands[0]), norms(operands[1])]) / 100)


def temporal(operands: list[Any], options: Options) -> Array:
    return np.asarray((operands[1] + options["discount"] * operands[2] - operands[0]) ** 2)


def chosen_value(operands: list[Any], _options: Options) -> Array:
    chosen = np.take_along_axis(operands[0], operands[1][:, None], 1)[:, 0]
    return np.asarray((chosen - operands[2]) ** 2)


def ranking_margins(operands: list[Any], _options: Options) -> Array:
    return np.asarray(0.5 - operands[2] * (operands[0] - operands[1]))


def ranking(operands: list[Any], options: Options) -> Array:
    return np.maximum(ranking_margins(operands, options), 0)


def family(line: str, formula: Formula, kinks: Formula = no_kinks, coupled: bool = False, reduced: bool = True,
           **options: tuple[Any, ...]) -> Family:
    return Family(parsed(line), formula, options, kinks, coupled, reduced)


PAIR = "(output: real[N,*d], target: real[N,*d]) -> [N,*d]"
WEIGHTED = "(output: real[N,C], target: real[N,C], weight: weight[N]) -> [N,C]"
CLASSES = "(output: real[N,C], target: index(C)[N]) -> [N] where C >= 1"
OF_DELTA: tuple[Any, ...] = (1.0, 0.5, 0.125, 8.0)
OF_TAU: tuple[Any, ...] = (0.25, 0.5, 0.0625, 0.9375)

FAMILIES = {
    "squared": family(PAIR, squared),
    "absolute": family(PAIR, absolute, difference),
    "huber": family(PAIR, huber, delta=OF_DELTA),
    "log_cosh": family(PAIR, log_cosh),
    "quantile": family(PAIR, quantile, difference, tau=OF_TAU),
    "weighted": family(WEIGHTED, weighted_squared),
    "weighted_absolute": family(WEIGHTED, weighted_absolute, difference),
    "weighted_missing": family(WEIGHTED.replace("weight:", "weight?:"), weighted_squared),
    "box": family("(output: real[N,4], target: real[N,4], weight: weight[N]) -> [N]", boxes),
    "gaussian": family("(output: real[N,C], target: real[N,C], variance: positive[N]) -> [N,C]", gaussian),
    "classes": family(CLASSES, classes),
    "classes_over_last": family("(output: real[N,C,*d], target: index(C)[N,*d]) -> [N,*d] where C >= 1", classes),
    "classes_ignored": family(
        "(output: real[N,C], target: index(C,ignore_index)[N]) -> [] where C >= 1, N >= 1", ignoring, reduced=False,
        ignore_index=(-100, -1, 0, 1)),
    "smoothing": family(CLASSES, smoothed, smoothing=(0.1, 0.5, 0.0, 0.9375)),
    "focal": family("(output: real[N,C], target: index(C)[N], alpha: weight[C]) -> [N] where C >= 1", focal,
                    focal_kinks, gamma=(2.0, 1.0, 0.0, 4.0)),
    "dice": family("(output: prob[N,C,*d], mask: binary[N,C,*d]) -> [N]", dice, smooth=(1.0, 0.5, 0.0, 4.0)),
    "kl": family("(output: logprob[N,C], target: prob[N,C]) -> [N]", kl),
    "kl_log": family("(output: logprob[N,C], target: prob_or_log(log_target)[N,C]) -> [N]", kl,
                     log_target=(False, True)),
    "kl_divides": family("(output: logprob[N,C], target: prob[N,C]) -> mean[N]", kl, reduced=False),
    "bce": family("(output: prob[N,*d], target: prob[N,*d]) -> [N,*d]", bce),
    "cosine": family("(a: real[N,D], b: real[N,D], sign: sign[N]) -> [N]", cosine, cosine_kinks),
    "triplet": family("(anchor: real[N,D], positive: real[N,D], negative: real[N,D]) -> [N]", triplet, triplet_kinks),
    "contrastive": family("(a: real[N,D], b: real[N,D]) -> [] where N >= 1", contrastive, contrastive_kinks,
                          coupled=True, reduced=False),
    "td_columns": family("(value: real[B], reward: real[B], next: real[B]) -> [B]", temporal,
                         discount=(0.9, 0.5, 0.0, 1.0)),
    "td_kept": family("(values: real[B,A], action: index(A)[B], returns: real[B]) -> [B]", chosen_value),
    "ranking": family("(first: real[N,*d], second: real[N,*d], sign: sign[N,*d]) -> [N,*d]", ranking,
                      ranking_margins),
}

# Those whose name does not begin with that of their family.
OTHERS = {"weighted_misaligned": "weighted_absolute", "weighted_reversed": "weighted_absolute"}
STRICT = {"absolute_expands_target", "huber_takes_one_target", "triplet_one_negative"}


def loss_of(name: str) -> Loss:
    """Of a name in list.tsv."""
    matching = [f for f in FAMILIES if name.startswith(f)]
    return Loss(name, FAMILIES[OTHERS.get(name) or max(matching, key=len)], name in STRICT)
