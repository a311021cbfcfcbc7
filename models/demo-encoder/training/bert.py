"""BERT, with the module names that Hugging Face exports have, so that tools find its layers by name."""
from __future__ import annotations

import math
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional

NORM_EPSILON = 1e-12
MASKED = -1e9
TOKEN_TYPES = 2


class Shape(NamedTuple):
    """The measures of an encoder."""

    vocabulary: int
    layers: int
    width: int
    heads: int
    feed_forward: int
    positions: int


class SelfAttention(nn.Module):
    """Attention of every token to every token, in several heads."""

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.heads = shape.heads
        self.head_width = shape.width // shape.heads
        self.query = nn.Linear(shape.width, shape.width)
        self.key = nn.Linear(shape.width, shape.width)
        self.value = nn.Linear(shape.width, shape.width)

    def _split(self, states: Tensor) -> Tensor:
        return states.view(states.size()[:-1] + (self.heads, self.head_width)).permute(0, 2, 1, 3)

    def forward(self, states: Tensor, mask: Tensor) -> Tensor:
        query, key, value = self._split(self.query(states)), self._split(self.key(states)), self._split(self.value(states))
        scores = torch.matmul(query, key.transpose(-1, -2)) / math.sqrt(self.head_width) + mask
        mixed = torch.matmul(functional.softmax(scores, dim=-1), value).permute(0, 2, 1, 3).contiguous()
        return mixed.view(mixed.size()[:-2] + (self.heads * self.head_width,))


class Output(nn.Module):
    """A projection, added to what came before, then normalised."""

    def __init__(self, inner: int, width: int) -> None:
        super().__init__()
        self.dense = nn.Linear(inner, width)
        self.LayerNorm = nn.LayerNorm(width, eps=NORM_EPSILON)

    def forward(self, states: Tensor, residual: Tensor) -> Tensor:
        return self.LayerNorm(self.dense(states) + residual)


class Attention(nn.Module):
    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.self = SelfAttention(shape)
        self.output = Output(shape.width, shape.width)

    def forward(self, states: Tensor, mask: Tensor) -> Tensor:
        return self.output(self.self(states, mask), states)


class Intermediate(nn.Module):
    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.dense = nn.Linear(shape.width, shape.feed_forward)
        self.activation = nn.GELU()

    def forward(self, states: Tensor) -> Tensor:
        return self.activation(self.dense(states))


class Layer(nn.Module):
    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.attention = Attention(shape)
        self.intermediate = Intermediate(shape)
        self.output = Output(shape.feed_forward, shape.width)

    def forward(self, states: Tensor, mask: Tensor) -> Tensor:
        attended = self.attention(states, mask)
        return self.output(self.intermediate(attended), attended)


class Encoder(nn.Module):
    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.layer = nn.ModuleList([Layer(shape) for _ in range(shape.layers)])

    def forward(self, states: Tensor, mask: Tensor) -> Tensor:
        for layer in self.layer:
            states = layer(states, mask)
        return states


class Embeddings(nn.Module):
    """The sum of a token's, its position's and its text's vector, normalised."""

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.word_embeddings = nn.Embedding(shape.vocabulary, shape.width)
        self.position_embeddings = nn.Embedding(shape.positions, shape.width)
        self.token_type_embeddings = nn.Embedding(TOKEN_TYPES, shape.width)
        self.LayerNorm = nn.LayerNorm(shape.width, eps=NORM_EPSILON)
        self.register_buffer("position_ids", torch.arange(shape.positions).expand((1, -1)))

    def forward(self, ids: Tensor, types: Tensor) -> Tensor:
        positions = self.position_embeddings(self.position_ids[:, : ids.size(1)])
        return self.LayerNorm(self.word_embeddings(ids) + self.token_type_embeddings(types) + positions)


class Bert(nn.Module):
    """Token ids to one vector a token."""

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.embeddings = Embeddings(shape)
        self.encoder = Encoder(shape)
        self.apply(_initialise)

    def forward(self, input_ids: Tensor, attention_mask: Tensor, token_type_ids: Tensor) -> Tensor:
        mask = (1.0 - attention_mask[:, None, None, :].to(torch.float32)) * MASKED
        return self.encoder(self.embeddings(input_ids, token_type_ids), mask)


def _initialise(module: nn.Module) -> None:
    if isinstance(module, (nn.Linear, nn.Embedding)):
        nn.init.normal_(module.weight, std=0.03)
    if isinstance(module, nn.Linear):
        nn.init.zeros_(module.bias)
