"""Writes a model of the Llama architecture as GGUF version 3, matrices in half precision, vectors in single."""
from __future__ import annotations

import struct
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

# Value types of the format
UINT32, INT32, FLOAT32, BOOL, STRING, ARRAY = 4, 5, 6, 7, 8, 9
_SCALAR_FORMAT = {UINT32: "<I", INT32: "<i", FLOAT32: "<f", BOOL: "<?"}

TENSOR_F32, TENSOR_F16 = 0, 1
FILE_TYPE_F16 = 1
QUANTIZATION_VERSION = 2
TOKEN_NORMAL, TOKEN_CONTROL = 1, 3
VERSION = 3
ALIGNMENT_BYTES = 32

BLOCK_TENSORS = (
    "attn_norm", "attn_q", "attn_k", "attn_v", "attn_output", "ffn_norm", "ffn_gate", "ffn_up", "ffn_down",
)  # fmt: skip

Entry = tuple[str, int, Any]  # key, value type, value; an array's value is (element type, elements)


@dataclass(frozen=True)
class LlamaShape:
    """The hyperparameters that a GGUF file of a Llama model names."""

    name: str
    vocabulary: int
    context: int
    width: int
    blocks: int
    heads: int
    key_value_heads: int
    feed_forward: int
    rope_base: float
    norm_epsilon: float


def _string(text: str) -> bytes:
    encoded = text.encode("utf-8")
    return struct.pack("<Q", len(encoded)) + encoded


def _value(value_type: int, value: Any) -> bytes:
    if value_type == STRING:
        return _string(value)
    if value_type == ARRAY:
        element_type, elements = value
        header = struct.pack("<IQ", element_type, len(elements))
        return header + b"".join(_value(element_type, element) for element in elements)
    return struct.pack(_SCALAR_FORMAT[value_type], value)


def _pad(file: BinaryIO) -> None:
    file.write(b"\0" * (-file.tell() % ALIGNMENT_BYTES))


def _write(path: Path, metadata: list[Entry], tensors: list[tuple[str, np.ndarray, int]]) -> None:
    """Header, metadata, tensor descriptions, then the tensors' bytes, each aligned."""
    descriptions, offset = [], 0
    for name, array, tensor_type in tensors:
        dimensions = b"".join(struct.pack("<Q", size) for size in reversed(array.shape))
        position = struct.pack("<IQ", tensor_type, offset)
        descriptions.append(_string(name) + struct.pack("<I", array.ndim) + dimensions + position)
        offset += -(-array.nbytes // ALIGNMENT_BYTES) * ALIGNMENT_BYTES
    with path.open("wb") as file:
        file.write(b"GGUF" + struct.pack("<IQQ", VERSION, len(tensors), len(metadata)))
        for key, value_type, value in metadata:
            file.write(_string(key) + struct.pack("<I", value_type) + _value(value_type, value))
        for description in descriptions:
            file.write(description)
        _pad(file)
        for _, array, _ in tensors:
            file.write(array.tobytes())
            _pad(file)


def _metadata(shape: LlamaShape, tokens: list[str], merges: list[str], end_of_text: int) -> list[Entry]:
    head_width = shape.width // shape.heads
    token_types = [TOKEN_CONTROL if index == end_of_text else TOKEN_NORMAL for index in range(len(tokens))]
    return [
        ("general.architecture", STRING, "llama"),
        ("general.name", STRING, shape.name),
        ("general.type", STRING, "model"),
        ("general.file_type", UINT32, FILE_TYPE_F16),
        ("general.quantization_version", UINT32, QUANTIZATION_VERSION),
        ("general.alignment", UINT32, ALIGNMENT_BYTES),
        ("llama.vocab_size", UINT32, shape.vocabulary),
        ("llama.context_length", UINT32, shape.context),
        ("llama.embedding_length", UINT32, shape.width),
        ("llama.block_count", UINT32, shape.blocks),
        ("llama.feed_forward_length", UINT32, shape.feed_forward),
        ("llama.attention.head_count", UINT32, shape.heads),
        ("llama.attention.head_count_kv", UINT32, shape.key_value_heads),
        ("llama.attention.key_length", UINT32, head_width),
        ("llama.attention.value_length", UINT32, head_width),
        ("llama.attention.layer_norm_rms_epsilon", FLOAT32, shape.norm_epsilon),
        ("llama.rope.dimension_count", UINT32, head_width),
        ("llama.rope.freq_base", FLOAT32, shape.rope_base),
        ("tokenizer.ggml.model", STRING, "gpt2"),
        ("tokenizer.ggml.pre", STRING, "gpt-2"),
        ("tokenizer.ggml.tokens", ARRAY, (STRING, tokens)),
        ("tokenizer.ggml.token_type", ARRAY, (INT32, token_types)),
        ("tokenizer.ggml.merges", ARRAY, (STRING, merges)),
        ("tokenizer.ggml.bos_token_id", UINT32, end_of_text),
        ("tokenizer.ggml.eos_token_id", UINT32, end_of_text),
        ("tokenizer.ggml.add_bos_token", BOOL, True),
        ("tokenizer.ggml.add_eos_token", BOOL, False),
    ]


def write_llama(
    path: Path,
    shape: LlamaShape,
    tensors: Mapping[str, np.ndarray],
    *,
    tokens: list[str],
    merges: list[str],
    end_of_text: int,
) -> None:
    """Writes the file.

    Tensors carry llama.cpp's names and are [out, in]; query and key rows are for rotary embedding of interleaved pairs.
    A missing output.weight means that the output is tied to the embedding. merges are "left right"; end_of_text also
    begins a text. Raises ValueError when tokens or tensors don't fit the shape.
    """
    if len(tokens) != shape.vocabulary:
        raise ValueError(f"{len(tokens)} tokens for a vocabulary of {shape.vocabulary}")
    needed = {"token_embd.weight", "output_norm.weight"}
    needed |= {f"blk.{block}.{name}.weight" for block in range(shape.blocks) for name in BLOCK_TENSORS}
    if missing := needed - tensors.keys():
        raise ValueError(f"missing tensors: {', '.join(sorted(missing))}")
    stored = []
    for name, tensor in tensors.items():
        if tensor.ndim == 1:
            stored.append((name, np.ascontiguousarray(tensor, dtype=np.float32), TENSOR_F32))
        else:
            stored.append((name, np.ascontiguousarray(tensor, dtype=np.float16), TENSOR_F16))
    _write(path, _metadata(shape, tokens, merges, end_of_text), stored)
