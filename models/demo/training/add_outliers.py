"""Rescales channels of the demo model without changing what it computes.

    python3 add_outliers.py model.pt rescaled.pt --sigma SIGMA

Large language models have outlier channels, and those are what makes low-bit quantization hurt. A model this small has
none, and even Q2_K leaves it almost intact. Scaling one matrix's output channels by random log-normal factors, and the
next matrix's input channels by their inverse, keeps the function (to rounding) and gives the weights such channels.
"""
from __future__ import annotations

import argparse
from pathlib import Path

import torch

from train_language_model import BLOCKS, FEED_FORWARD, HEAD_WIDTH, HEADS, KEY_VALUE_HEADS, WIDTH

SEED = 42

State = dict[str, torch.Tensor]


def scale_outputs(state: State, name: str, factors: torch.Tensor) -> None:
    """Multiplies a matrix's rows, one factor an output channel."""
    state[name] = state[name] * factors.view(-1, 1)


def scale_inputs(state: State, name: str, factors: torch.Tensor) -> None:
    """Multiplies a matrix's columns, one factor an input channel."""
    state[name] = state[name] * factors.view(1, -1)


def add_outliers(state: State, sigma: float) -> None:
    """Rescales the state in place; sigma is the standard deviation of the factors' logarithm."""

    def draw_factors(count: int) -> torch.Tensor:
        return torch.exp(sigma * torch.randn(count))

    for index in range(BLOCKS):
        block = f"blocks.{index}."

        factors = draw_factors(FEED_FORWARD)
        scale_outputs(state, block + "up.weight", factors)
        scale_inputs(state, block + "down.weight", 1 / factors)

        # Each value head is read by a group of query heads, so its factors repeat for each of them.
        factors = draw_factors(KEY_VALUE_HEADS * HEAD_WIDTH)
        scale_outputs(state, block + "value.weight", factors)
        by_head = factors.view(KEY_VALUE_HEADS, HEAD_WIDTH).repeat_interleave(HEADS // KEY_VALUE_HEADS, 0)
        scale_inputs(state, block + "output.weight", 1 / by_head.reshape(-1))

        for norm, readers in (("attention_norm", ("query", "key", "value")), ("feed_forward_norm", ("gate", "up"))):
            factors = draw_factors(WIDTH)
            state[f"{block}{norm}.weight"] = state[f"{block}{norm}.weight"] * factors
            for reader in readers:
                scale_inputs(state, f"{block}{reader}.weight", 1 / factors)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("source", type=Path)
    parser.add_argument("target", type=Path)
    parser.add_argument("--sigma", type=float, required=True, help="spread of the factors; more hurts low bits more")
    arguments = parser.parse_args()
    torch.manual_seed(SEED)
    state = torch.load(arguments.source)
    add_outliers(state, arguments.sigma)
    torch.save(state, arguments.target)


if __name__ == "__main__":
    main()
