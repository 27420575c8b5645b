# SPDX-License-Identifier: BSD-3-Clause
"""Each loss that this module names becomes tests: pytest test_losses.py"""

from dice import dice
from focal import focal
from ntxent import ntxent
from q_learning import q_learning
from quantile import quantile

__all__ = ["dice", "focal", "ntxent", "q_learning", "quantile"]
