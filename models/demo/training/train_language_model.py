"""Trains the demo language model, a Llama-architecture decoder of 2.6 M parameters, and writes it as GGUF (F16).

    RANK=0 WORLD=2 python3 train_language_model.py train model.pt --minutes 60 &
    RANK=1 WORLD=2 python3 train_language_model.py train model.pt --minutes 60
    python3 train_language_model.py export model.pt demo-F16.gguf

What made it learn: loss on the answer tokens only; each batch holds documents of one task, padded, never packed or cut;
two processes of one thread with averaged gradients instead of one of two threads.
"""
from __future__ import annotations

import argparse
import math
import os
import random
import time
from pathlib import Path

import torch
import torch.distributed as distributed
from torch import Tensor, nn
from torch.nn import functional

import tokenizer as byte_pair_encoding
import world
from gguf import LlamaShape, write_llama
from tokenizer import Tokenizer

VOCABULARY = 1024
WIDTH = 256
BLOCKS = 4
HEADS = 4
KEY_VALUE_HEADS = 2
HEAD_WIDTH = WIDTH // HEADS
FEED_FORWARD = 512
CONTEXT = 128
NORM_EPSILON = 1e-5
ROPE_BASE = 10000.0

TOKENIZER_FILE = Path(__file__).with_name("tokenizer.json")
TOKENIZER_DOCUMENTS = 60_000

BATCH_TOKENS = 3000
PEAK_LEARNING_RATE = 1.2e-3
WARM_UP_STEPS = 100
CONSTANT_SHARE = 0.65  # of the time at the peak rate; then it falls linearly
LOWEST_RATE_SHARE = 0.03
WEIGHT_DECAY = 0.03
LARGEST_GRADIENT_NORM = 1.0
STEPS_BETWEEN_CLOCK_CHECKS = 50
STEPS_BETWEEN_REPORTS = 100
MASTER_ADDRESS = "tcp://127.0.0.1:29511"

# our names of a block's parts -> llama.cpp's
BLOCK_PARTS = {
    "attention_norm": "attn_norm",
    "feed_forward_norm": "ffn_norm",
    "query": "attn_q",
    "key": "attn_k",
    "value": "attn_v",
    "output": "attn_output",
    "gate": "ffn_gate",
    "up": "ffn_up",
    "down": "ffn_down",
}


class RootMeanSquareNorm(nn.Module):
    """Divides by the root mean square and multiplies by a learned gain."""

    def __init__(self) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.ones(WIDTH))

    def forward(self, states: Tensor) -> Tensor:
        return states * torch.rsqrt(states.pow(2).mean(-1, keepdim=True) + NORM_EPSILON) * self.weight


def _rope_tables() -> tuple[Tensor, Tensor]:
    frequencies = ROPE_BASE ** (-torch.arange(0, HEAD_WIDTH, 2).float() / HEAD_WIDTH)
    angles = torch.outer(torch.arange(CONTEXT).float(), frequencies)
    return angles.cos(), angles.sin()


COSINES, SINES = _rope_tables()


def rotate(heads: Tensor) -> Tensor:
    """Rotary embedding on interleaved pairs, as llama.cpp computes it for the llama architecture."""
    length = heads.shape[2]
    cosines, sines = COSINES[:length], SINES[:length]
    even, odd = heads[..., 0::2], heads[..., 1::2]
    return torch.stack((even * cosines - odd * sines, even * sines + odd * cosines), -1).flatten(-2)


class Block(nn.Module):
    """Grouped-query attention and a gated feed-forward layer, each behind a norm."""

    def __init__(self) -> None:
        super().__init__()
        self.attention_norm, self.feed_forward_norm = RootMeanSquareNorm(), RootMeanSquareNorm()
        self.query = nn.Linear(WIDTH, HEADS * HEAD_WIDTH, bias=False)
        self.key = nn.Linear(WIDTH, KEY_VALUE_HEADS * HEAD_WIDTH, bias=False)
        self.value = nn.Linear(WIDTH, KEY_VALUE_HEADS * HEAD_WIDTH, bias=False)
        self.output = nn.Linear(HEADS * HEAD_WIDTH, WIDTH, bias=False)
        self.gate = nn.Linear(WIDTH, FEED_FORWARD, bias=False)
        self.up = nn.Linear(WIDTH, FEED_FORWARD, bias=False)
        self.down = nn.Linear(FEED_FORWARD, WIDTH, bias=False)

    def forward(self, states: Tensor, mask: Tensor) -> Tensor:
        batch, length, _ = states.shape
        group = HEADS // KEY_VALUE_HEADS
        normed = self.attention_norm(states)
        query = rotate(self.query(normed).view(batch, length, HEADS, HEAD_WIDTH).transpose(1, 2))
        key = rotate(self.key(normed).view(batch, length, KEY_VALUE_HEADS, HEAD_WIDTH).transpose(1, 2))
        value = self.value(normed).view(batch, length, KEY_VALUE_HEADS, HEAD_WIDTH).transpose(1, 2)
        key, value = key.repeat_interleave(group, 1), value.repeat_interleave(group, 1)
        weights = (query @ key.transpose(-1, -2) / math.sqrt(HEAD_WIDTH) + mask[:length, :length]).softmax(-1)
        attended = (weights @ value).transpose(1, 2).reshape(batch, length, WIDTH)
        states = states + self.output(attended)
        normed = self.feed_forward_norm(states)
        return states + self.down(functional.silu(self.gate(normed)) * self.up(normed))


class LanguageModel(nn.Module):
    """A decoder whose output weights are tied to the token embedding."""

    def __init__(self) -> None:
        super().__init__()
        self.embedding = nn.Embedding(VOCABULARY, WIDTH)
        self.blocks = nn.ModuleList(Block() for _ in range(BLOCKS))
        self.norm = RootMeanSquareNorm()
        self.register_buffer("mask", torch.full((CONTEXT, CONTEXT), -1e9).triu(1), persistent=False)
        for parameter in self.parameters():
            if parameter.dim() > 1:
                nn.init.normal_(parameter, 0, 0.02)
        for block in self.blocks:
            for residual in (block.output, block.down):
                nn.init.normal_(residual.weight, 0, 0.02 / math.sqrt(2 * BLOCKS))

    def hidden_states(self, ids: Tensor) -> Tensor:
        """The normed states before the output layer, one a token."""
        states = self.embedding(ids)
        for block in self.blocks:
            states = block(states, self.mask)
        return self.norm(states)

    def logits(self, hidden: Tensor) -> Tensor:
        return hidden @ self.embedding.weight.T


def load_tokenizer() -> Tokenizer:
    """The tokenizer beside this script, trained first where there is none."""
    if not TOKENIZER_FILE.exists():
        rng = random.Random(1)
        documents = ["".join(world.sample(rng)) for _ in range(TOKENIZER_DOCUMENTS)]
        base, merges = byte_pair_encoding.train(documents, VOCABULARY - 1)  # one id is for the end of a text
        byte_pair_encoding.save(TOKENIZER_FILE, base, merges)
    return Tokenizer.load(TOKENIZER_FILE)


def make_batch(rng: random.Random, tokenizer: Tokenizer, task: str) -> tuple[Tensor, Tensor]:
    """Documents of one task, padded to the longest: token ids, and which of them belong to an answer."""
    end = tokenizer.end_of_text
    draw, _ = world.CURRICULUM[task]
    documents: list[list[int]] = []
    answer_masks: list[list[bool]] = []
    longest = 0
    while True:
        prompt, answer = draw(rng)
        prompt_ids = [end, *tokenizer.encode(prompt)]
        answer_ids = [*tokenizer.encode(answer), end]
        length = len(prompt_ids) + len(answer_ids)
        if length > CONTEXT:
            continue
        if max(longest, length) * (len(documents) + 1) > BATCH_TOKENS:
            break
        longest = max(longest, length)
        documents.append(prompt_ids + answer_ids)
        answer_masks.append([False] * len(prompt_ids) + [True] * len(answer_ids))
    for document, answer_mask in zip(documents, answer_masks):
        padding = longest - len(document)
        document += [end] * padding
        answer_mask += [False] * padding
    return torch.tensor(documents), torch.tensor(answer_masks)


def average_gradients(model: nn.Module, processes: int) -> None:
    """Replaces each process's gradients by their mean over all processes."""
    gradients = [parameter.grad for parameter in model.parameters() if parameter.grad is not None]
    flat = torch.cat([gradient.view(-1) for gradient in gradients])
    distributed.all_reduce(flat)
    flat /= processes
    for gradient, mean in zip(gradients, flat.split([gradient.numel() for gradient in gradients])):
        gradient.copy_(mean.view_as(gradient))


def learning_rate(step: int, done: float) -> float:
    """Warm-up by steps, then constant, then linear decay by the share of the time that is done."""
    warm_up = min(1, (step + 1) / WARM_UP_STEPS)
    decay = 1 if done < CONSTANT_SHARE else max(LOWEST_RATE_SHARE, (1 - done) / (1 - CONSTANT_SHARE))
    return PEAK_LEARNING_RATE * warm_up * decay


def make_optimizer(model: nn.Module) -> torch.optim.Optimizer:
    """AdamW with weight decay on matrices only."""
    matrices = [parameter for parameter in model.parameters() if parameter.dim() > 1]
    vectors = [parameter for parameter in model.parameters() if parameter.dim() < 2]
    groups = [{"params": matrices, "weight_decay": WEIGHT_DECAY}, {"params": vectors, "weight_decay": 0}]
    return torch.optim.AdamW(groups, betas=(0.9, 0.98))


def train(minutes: float, checkpoint: Path, resume: Path | None) -> None:
    """Trains for a time and saves the weights. RANK and WORLD in the environment name one of several processes."""
    rank, processes = int(os.environ.get("RANK", 0)), int(os.environ.get("WORLD", 1))
    torch.set_num_threads(1)
    torch.manual_seed(1)
    tokenizer, rng = load_tokenizer(), random.Random(1_000_003 * rank + 7)
    model = LanguageModel()
    if resume:
        model.load_state_dict(torch.load(resume))
    if processes > 1:
        distributed.init_process_group("gloo", init_method=MASTER_ADDRESS, rank=rank, world_size=processes)
    optimizer = make_optimizer(model)
    tasks = list(world.CURRICULUM)
    shares = [world.CURRICULUM[task][1] for task in tasks]
    started, step, recent_loss = time.monotonic(), 0, {}
    while True:
        minutes_done = (time.monotonic() - started) / 60
        done = minutes_done / minutes
        if step % STEPS_BETWEEN_CLOCK_CHECKS == 0:
            stop = torch.tensor([float(done >= 1)])
            if processes > 1:
                distributed.all_reduce(stop)  # so that every process stops at the same step
            if stop.item() > 0:
                break
        for group in optimizer.param_groups:
            group["lr"] = learning_rate(step, done)
        task = rng.choices(tasks, shares)[0]
        ids, answer_mask = make_batch(rng, tokenizer, task)
        targets = answer_mask[:, 1:]
        logits = model.logits(model.hidden_states(ids[:, :-1])[targets])
        loss = functional.cross_entropy(logits, ids[:, 1:][targets])
        optimizer.zero_grad()
        loss.backward()
        if processes > 1:
            average_gradients(model, processes)
        nn.utils.clip_grad_norm_(model.parameters(), LARGEST_GRADIENT_NORM)
        optimizer.step()
        step += 1
        recent_loss[task] = 0.9 * recent_loss.get(task, loss.item()) + 0.1 * loss.item()
        if rank == 0 and step % STEPS_BETWEEN_REPORTS == 0:
            losses = {name: round(value, 3) for name, value in recent_loss.items()}
            print(f"step {step}, {minutes_done:.1f} min, loss by task: {losses}", flush=True)
    if rank == 0:
        torch.save(model.state_dict(), checkpoint)


def export(checkpoint: Path, target: Path) -> None:
    """Writes saved weights as a GGUF file."""
    tokenizer, state = load_tokenizer(), torch.load(checkpoint)
    names = {"embedding.weight": "token_embd.weight", "norm.weight": "output_norm.weight"}
    for block in range(BLOCKS):
        for ours, theirs in BLOCK_PARTS.items():
            names[f"blocks.{block}.{ours}.weight"] = f"blk.{block}.{theirs}.weight"
    shape = LlamaShape(
        name="QuantGate demo",
        vocabulary=VOCABULARY,
        context=CONTEXT,
        width=WIDTH,
        blocks=BLOCKS,
        heads=HEADS,
        key_value_heads=KEY_VALUE_HEADS,
        feed_forward=FEED_FORWARD,
        rope_base=ROPE_BASE,
        norm_epsilon=NORM_EPSILON,
    )
    tensors = {names[name]: tensor.float().numpy() for name, tensor in state.items()}
    merges = [f"{left} {right}" for left, right in tokenizer.merges]
    write_llama(target, shape, tensors, tokens=tokenizer.tokens, merges=merges, end_of_text=tokenizer.end_of_text)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(dest="command", required=True)
    training = commands.add_parser("train", help="train and save the weights")
    training.add_argument("checkpoint", type=Path)
    training.add_argument("--minutes", type=float, default=60)
    training.add_argument("--resume", type=Path, help="weights to start from")
    exporting = commands.add_parser("export", help="write saved weights as GGUF")
    exporting.add_argument("checkpoint", type=Path)
    exporting.add_argument("target", type=Path)
    arguments = parser.parse_args()
    if arguments.command == "train":
        train(arguments.minutes, arguments.checkpoint, arguments.resume)
    else:
        export(arguments.checkpoint, arguments.target)


if __name__ == "__main__":
    main()
