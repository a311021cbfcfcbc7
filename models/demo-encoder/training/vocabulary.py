"""The demo encoder's WordPiece vocabulary: special tokens, characters, word endings, then whole words of the demo world."""
from __future__ import annotations

import random
import re
from collections import Counter

import world

SPECIAL_TOKENS = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
PAD, UNKNOWN, OPENING, CLOSING, MASK = range(len(SPECIAL_TOKENS))
CHARACTERS = [chr(code) for code in range(33, 127) if not chr(code).isupper()]
CONTINUATION = "##"
ENDINGS = "ing ed ly er est tion ment ness able al ity es en re on in at or an".split()
LARGEST_VOCABULARY = 2048
DOCUMENTS = 40_000
SEED = 3

WORD = re.compile(r"[a-z0-9]+|[^\sa-z0-9]")


def words_of(text: str) -> list[str]:
    """Lower-case runs of letters and digits, and every other visible character by itself: what BertPreTokenizer splits."""
    return WORD.findall(text.lower())


def build_vocabulary() -> list[str]:
    """The tokens in order of their ids. Whole words come by falling frequency in the world, equal ones by the alphabet."""
    rng = random.Random(SEED)
    counts: Counter[str] = Counter()
    for _ in range(DOCUMENTS):
        prompt, answer = world.sample(rng)
        counts.update(words_of(prompt + answer))
    pieces = [CONTINUATION + piece for piece in CHARACTERS + ENDINGS]
    vocabulary = SPECIAL_TOKENS + CHARACTERS + pieces
    known = set(vocabulary)
    by_frequency = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    words = [word for word, _ in by_frequency if word not in known]
    return vocabulary + words[: LARGEST_VOCABULARY - len(vocabulary)]


class WordPiece:
    """Splits words into the longest pieces that the vocabulary has, from the left."""

    def __init__(self, vocabulary: list[str]) -> None:
        self.ids = {token: number for number, token in enumerate(vocabulary)}

    def encode(self, text: str, longest: int) -> list[int]:
        """Token ids between [CLS] and [SEP], at most `longest` in all."""
        ids = [number for word in words_of(text) for number in self._pieces(word)]
        return [OPENING, *ids[: longest - 2], CLOSING]

    def _pieces(self, word: str) -> list[int]:
        if word in self.ids:
            return [self.ids[word]]
        pieces: list[int] = []
        start = 0
        while start < len(word):
            prefix = CONTINUATION if start else ""
            end = next((end for end in range(len(word), start, -1) if prefix + word[start:end] in self.ids), None)
            if end is None:
                return [UNKNOWN]
            pieces.append(self.ids[prefix + word[start:end]])
            start = end
        return pieces


def tokenizer_files(vocabulary: list[str], longest: int) -> dict[str, dict]:
    """Contents of tokenizer.json and tokenizer_config.json in the Hugging Face layout."""

    def around(sequence: str, type_id: int) -> list[dict]:
        return [{"Sequence": {"id": sequence, "type_id": type_id}}, {"SpecialToken": {"id": "[SEP]", "type_id": type_id}}]

    opening = {"SpecialToken": {"id": "[CLS]", "type_id": 0}}
    plain = dict(single_word=False, lstrip=False, rstrip=False, normalized=False, special=True)
    lower_case = dict(clean_text=True, handle_chinese_chars=True, strip_accents=None, lowercase=True)
    special = {
        token: {"id": token, "ids": [number], "tokens": [token]} for token, number in (("[CLS]", OPENING), ("[SEP]", CLOSING))
    }
    tokenizer = {
        "version": "1.0",
        "truncation": None,
        "padding": None,
        "added_tokens": [{"id": number, "content": token, **plain} for number, token in enumerate(SPECIAL_TOKENS)],
        "normalizer": {"type": "BertNormalizer", **lower_case},
        "pre_tokenizer": {"type": "BertPreTokenizer"},
        "post_processor": {
            "type": "TemplateProcessing",
            "single": [opening, *around("A", 0)],
            "pair": [opening, *around("A", 0), *around("B", 1)],
            "special_tokens": special,
        },
        "decoder": {"type": "WordPiece", "prefix": CONTINUATION, "cleanup": True},
        "model": {
            "type": "WordPiece",
            "unk_token": "[UNK]",
            "continuing_subword_prefix": CONTINUATION,
            "max_input_chars_per_word": 100,
            "vocab": {token: number for number, token in enumerate(vocabulary)},
        },
    }
    config = {
        "tokenizer_class": "BertTokenizer",
        "model_max_length": longest,
        "do_lower_case": True,
        "cls_token": "[CLS]",
        "sep_token": "[SEP]",
        "pad_token": "[PAD]",
        "unk_token": "[UNK]",
        "mask_token": "[MASK]",
        "strip_accents": None,
        "tokenize_chinese_chars": True,
    }
    return {"tokenizer.json": tokenizer, "tokenizer_config.json": config}
