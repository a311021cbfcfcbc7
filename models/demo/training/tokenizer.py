"""Byte-level byte-pair encoding with a pre-tokenizer in the manner of GPT-2: training and encoding."""
from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

END_OF_TEXT = "<|end|>"
BYTES = 256
WORD = re.compile(r"'s|'t|'re|'ve|'m|'ll|'d| ?[A-Za-z]+| ?[0-9]+| ?[^\sA-Za-z0-9]+|\s+(?!\S)|\s+")

Merge = tuple[str, str]


def _printable_bytes() -> dict[int, str]:
    """Each byte's stand-in character: itself where it is printable, else a character past the first 256."""
    printable = [*range(33, 127), *range(161, 173), *range(174, 256)]
    others = [byte for byte in range(BYTES) if byte not in printable]
    return {byte: chr(byte) for byte in printable} | {byte: chr(BYTES + i) for i, byte in enumerate(others)}


CHARACTER_OF_BYTE = _printable_bytes()
BYTE_OF_CHARACTER = {character: byte for byte, character in CHARACTER_OF_BYTE.items()}


def _symbols(word: str) -> list[str]:
    return [CHARACTER_OF_BYTE[byte] for byte in word.encode()]


def _apply_merge(symbols: list[str], merge: Merge) -> list[str]:
    """Replaces every occurrence of the pair, left to right, by its concatenation."""
    merged: list[str] = []
    index = 0
    while index < len(symbols):
        if tuple(symbols[index : index + 2]) == merge:
            merged.append("".join(merge))
            index += 2
        else:
            merged.append(symbols[index])
            index += 1
    return merged


def train(texts: Iterable[str], vocabulary_size: int) -> tuple[list[str], list[Merge]]:
    """Learns merges, most frequent pair first (ties: the greatest pair), until bytes and merges fill the vocabulary.

    Returns the symbols of the 256 bytes and the merges.
    """
    word_counts: Counter[str] = Counter()
    for text in texts:
        word_counts.update(WORD.findall(text))
    segmented = {word: _symbols(word) for word in word_counts}
    merges: list[Merge] = []
    while BYTES + len(merges) < vocabulary_size:
        pair_counts: Counter[Merge] = Counter()
        for word, symbols in segmented.items():
            for pair in zip(symbols, symbols[1:]):
                pair_counts[pair] += word_counts[word]
        if not pair_counts:
            break
        best, _ = max(pair_counts.items(), key=lambda entry: (entry[1], entry[0]))
        merges.append(best)
        for word, symbols in segmented.items():
            if best[0] in symbols:
                segmented[word] = _apply_merge(symbols, best)
    return [CHARACTER_OF_BYTE[byte] for byte in range(BYTES)], merges


class Tokenizer:
    """Encodes text with trained merges; the last id ends (and, in training, starts) a text."""

    def __init__(self, base: list[str], merges: list[Merge]) -> None:
        self.merges = merges
        self.tokens = [*base, *(left + right for left, right in merges), END_OF_TEXT]
        self.id_of_token = {token: index for index, token in enumerate(self.tokens)}
        self.end_of_text = self.id_of_token[END_OF_TEXT]
        self._rank = {merge: rank for rank, merge in enumerate(merges)}
        self._cache: dict[str, list[int]] = {}

    @classmethod
    def load(cls, path: Path) -> Tokenizer:
        """Reads a file written by save."""
        content = json.loads(path.read_text(encoding="utf-8"))
        return cls(content["base"], [(left, right) for left, right in content["merges"]])

    def encode(self, text: str) -> list[int]:
        """Token ids of a text, without special tokens."""
        return [token for word in WORD.findall(text) for token in self._encode_word(word)]

    def decode(self, ids: Iterable[int]) -> str:
        """The text of token ids, without special tokens."""
        symbols = "".join(self.tokens[token] for token in ids if token != self.end_of_text)
        return bytes(BYTE_OF_CHARACTER[symbol] for symbol in symbols).decode("utf-8", "replace")

    def _encode_word(self, word: str) -> list[int]:
        if word not in self._cache:
            symbols = _symbols(word)
            while len(symbols) > 1:
                known = [pair for pair in zip(symbols, symbols[1:]) if pair in self._rank]
                if not known:
                    break
                symbols = _apply_merge(symbols, min(known, key=self._rank.__getitem__))
            self._cache[word] = [self.id_of_token[symbol] for symbol in symbols]
        return self._cache[word]


def save(path: Path, base: list[str], merges: list[Merge]) -> None:
    """Writes what train returned as JSON."""
    path.write_text(json.dumps({"base": base, "merges": merges}), encoding="utf-8")
