# SPDX-License-Identifier: BSD-3-Clause
"""The Dice loss of segmentation, one number a sample, as it is written everywhere, and with a check."""

import shapefuzz

CONTRACT = "(output: prob[N,C,*d], mask: binary[N,C,*d]) -> mean[N]"


@shapefuzz.loss(CONTRACT)
def dice_broadcasting(output, mask, smooth=1.0):
    common = (output * mask).flatten(1).sum(1)
    both = (output + mask).flatten(1).sum(1)
    return (1 - (2 * common + smooth) / (both + smooth)).mean()


@shapefuzz.loss(CONTRACT)
def dice(output, mask, smooth=1.0):
    if output.dim() < 2 or output.shape != mask.shape:
        raise ValueError("dice: output and mask need one shape, (N, C, ...)")
    return dice_broadcasting(output, mask, smooth)
