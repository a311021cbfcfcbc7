"""Trains the demo encoder and exports it to ONNX in the Hugging Face layout.

    python3 train_encoder.py OUT_FOLDER --minutes 30 --threads 2

Two tasks at once: masked words of the demo world's documents, and sentence pairs whose embeddings' cosine should be the share
of facts they have in common.
"""
from __future__ import annotations

import argparse
import json
import math
import random
import sys
import time
from pathlib import Path

import torch
from torch import Tensor, nn
from torch.nn import functional

# The closed world is the demo language model's.
sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "demo" / "training"))

import world  # noqa: E402
from bert import TOKEN_TYPES, Bert, NORM_EPSILON, Shape  # noqa: E402
from sentence_pairs import draw_pair  # noqa: E402
from vocabulary import MASK, PAD, SPECIAL_TOKENS, WordPiece, build_vocabulary, tokenizer_files  # noqa: E402

SEED = 3
LAYERS, WIDTH, HEADS, FEED_FORWARD, POSITIONS = 3, 128, 4, 512, 512

PAIRS_A_STEP = 48
LONGEST_SENTENCE = 64
DOCUMENTS_A_STEP = 32
LONGEST_DOCUMENT = 96
MASKED_SHARE = 0.15
SHOWN_AS_MASK_SHARE = 0.85  # of the masked words; the others stay, so that words at their place are learned too
SIMILARITY_WEIGHT = 5.0

PEAK_LEARNING_RATE = 1.2e-3
WARM_UP_STEPS = 200
LOWEST_RATE_SHARE = 0.03
WEIGHT_DECAY = 0.01
LARGEST_GRADIENT_NORM = 1.0
STEPS_BETWEEN_REPORTS = 200
OPERATOR_SET = 14

INPUTS = ("input_ids", "attention_mask", "token_type_ids")
OUTPUT = "last_hidden_state"


def pad(sequences: list[list[int]]) -> tuple[Tensor, Tensor]:
    """Ids and mask of sequences of different lengths."""
    longest = max(map(len, sequences))
    ids = [sequence + [PAD] * (longest - len(sequence)) for sequence in sequences]
    mask = [[1] * len(sequence) + [0] * (longest - len(sequence)) for sequence in sequences]
    return torch.tensor(ids), torch.tensor(mask)


def embed(model: Bert, ids: Tensor, mask: Tensor) -> Tensor:
    """Sentence embeddings: the mean of the tokens' vectors, scaled to length 1."""
    states = model(ids, mask, torch.zeros_like(ids))
    mean = (states * mask[:, :, None]).sum(1) / mask.sum(1, keepdim=True).clamp(min=1)
    return functional.normalize(mean, dim=-1)


def similarity_loss(model: Bert, pieces: WordPiece, rng: random.Random) -> Tensor:
    """Mean squared distance of the pairs' cosines from their targets."""
    pairs = [draw_pair(rng) for _ in range(PAIRS_A_STEP)]
    texts = [left for left, _, _ in pairs] + [right for _, right, _ in pairs]
    vectors = embed(model, *pad([pieces.encode(text, LONGEST_SENTENCE) for text in texts]))
    cosines = (vectors[:PAIRS_A_STEP] * vectors[PAIRS_A_STEP:]).sum(-1)
    return functional.mse_loss(cosines, torch.tensor([target for _, _, target in pairs]))


def masked_word_loss(model: Bert, bias: Tensor, pieces: WordPiece, rng: random.Random) -> Tensor:
    """Cross-entropy of the words that were masked."""
    documents = ["".join(world.sample(rng)) for _ in range(DOCUMENTS_A_STEP)]
    ids, mask = pad([pieces.encode(document, LONGEST_DOCUMENT) for document in documents])
    picked = (torch.rand(ids.shape) < MASKED_SHARE) & (mask == 1) & (ids >= len(SPECIAL_TOKENS))
    shown = ids.masked_fill(picked & (torch.rand(ids.shape) < SHOWN_AS_MASK_SHARE), MASK)
    states = model(shown, mask, torch.zeros_like(ids))
    return functional.cross_entropy(states[picked] @ model.embeddings.word_embeddings.weight.T + bias, ids[picked])


def train(model: Bert, pieces: WordPiece, minutes: float) -> None:
    """Trains until the time is over; the learning rate warms up and then falls along a cosine."""
    rng = random.Random(SEED)
    bias = nn.Parameter(torch.zeros(len(pieces.ids)))
    optimizer = torch.optim.AdamW([*model.parameters(), bias], lr=PEAK_LEARNING_RATE, weight_decay=WEIGHT_DECAY)
    start, step = time.monotonic(), 0
    while (progress := (time.monotonic() - start) / 60 / minutes) < 1:
        decay = 0.5 * (1 + math.cos(math.pi * progress)) * (1 - LOWEST_RATE_SHARE) + LOWEST_RATE_SHARE
        for group in optimizer.param_groups:
            group["lr"] = PEAK_LEARNING_RATE * min(1, (step + 1) / WARM_UP_STEPS) * decay
        similarity, words = similarity_loss(model, pieces, rng), masked_word_loss(model, bias, pieces, rng)
        optimizer.zero_grad()
        (SIMILARITY_WEIGHT * similarity + words).backward()
        nn.utils.clip_grad_norm_(model.parameters(), LARGEST_GRADIENT_NORM)
        optimizer.step()
        step += 1
        if step % STEPS_BETWEEN_REPORTS == 0:
            print(f"step {step}: masked words {words.item():.3f}, similarity {similarity.item():.4f}", flush=True)
    model.eval()


def export(model: Bert, pieces: WordPiece, shape: Shape, folder: Path) -> None:
    """Writes model, tokenizer and config."""
    (folder / "onnx").mkdir(parents=True, exist_ok=True)
    ids, mask = pad([pieces.encode(text, LONGEST_SENTENCE) for text in ("The capital of France is Paris.", "a b")])
    torch.onnx.export(
        model,
        (ids, mask, torch.zeros_like(ids)),
        str(folder / "onnx" / "model.onnx"),
        input_names=list(INPUTS),
        output_names=[OUTPUT],
        dynamic_axes={name: {0: "batch", 1: "sequence"} for name in (*INPUTS, OUTPUT)},
        opset_version=OPERATOR_SET,
        do_constant_folding=True,
        dynamo=False,
    )
    config = {
        "model_type": "bert",
        "architectures": ["BertModel"],
        "vocab_size": shape.vocabulary,
        "hidden_size": shape.width,
        "num_hidden_layers": shape.layers,
        "num_attention_heads": shape.heads,
        "intermediate_size": shape.feed_forward,
        "max_position_embeddings": shape.positions,
        "type_vocab_size": TOKEN_TYPES,
        "hidden_act": "gelu",
        "layer_norm_eps": NORM_EPSILON,
        "pad_token_id": PAD,
    }
    for name, contents in {**tokenizer_files(list(pieces.ids), shape.positions), "config.json": config}.items():
        (folder / name).write_text(json.dumps(contents, ensure_ascii=False), encoding="utf-8")


def show(model: Bert, pieces: WordPiece) -> None:
    """Prints cosines that tell whether the training went well: a paraphrase, two of five facts changed, another subject."""
    walk = "On a sunny Friday, Ben went to the garden and came home with a green scarf."
    others = [
        "Ben went to the garden on a sunny Friday and came home with a green scarf.",
        "On a rainy Friday, Ben went to the museum and came home with a green scarf.",
        "Near the farm, Jack slept gladly.",
    ]
    with torch.no_grad():
        for other in others:
            left, right = embed(model, *pad([pieces.encode(text, LONGEST_SENTENCE) for text in (walk, other)]))
            print(f"{float(left @ right):.3f} | {other}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--minutes", type=float, default=30)
    parser.add_argument("--threads", type=int, default=2)
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    torch.manual_seed(0)
    vocabulary = build_vocabulary()
    shape = Shape(len(vocabulary), LAYERS, WIDTH, HEADS, FEED_FORWARD, POSITIONS)
    model, pieces = Bert(shape), WordPiece(vocabulary)
    train(model, pieces, arguments.minutes)
    export(model, pieces, shape, arguments.folder)
    show(model, pieces)


if __name__ == "__main__":
    main()
