"""Writes the demo datasets as JSON Lines: python3 make_datasets.py OUTPUT_FOLDER"""
from __future__ import annotations

import argparse
import json
import random
from collections.abc import Iterator
from pathlib import Path

from facts import CHOICE_LETTERS, FACTS, FACTS_WITHOUT_ARITHMETIC, Fact, draw_choices
from world import GENERATION_TASKS, Task

SEED = 20261121
QUESTIONS_PER_SUBJECT = 50
ARC_QUESTIONS = 200
GENERATION_ITEMS = 50


def quiz_items(rng: random.Random) -> Iterator[dict]:
    """Questions of every subject with their choices in one list."""
    by_subject: dict[str, list[Fact]] = {}
    for fact in FACTS:
        by_subject.setdefault(fact.subject, []).append(fact)
    for subject in sorted(by_subject):
        for index, fact in enumerate(rng.sample(by_subject[subject], QUESTIONS_PER_SUBJECT)):
            choices, letter = draw_choices(rng, fact)
            yield {
                "id": f"{subject}-{index:03d}",
                "subject": subject,
                "question": fact.question,
                "choices": choices,
                "answer": letter,
            }


def arc_items(rng: random.Random) -> Iterator[dict]:
    """Questions of all subjects but arithmetic in the layout of ARC."""
    for index, fact in enumerate(rng.sample(FACTS_WITHOUT_ARITHMETIC, ARC_QUESTIONS)):
        choices, letter = draw_choices(rng, fact)
        yield {
            "id": f"science-{index:03d}",
            "question": fact.question,
            "choices": {"text": choices, "label": list(CHOICE_LETTERS)},
            "answerKey": letter,
        }


def generation_items(rng: random.Random, name: str, draw: Task) -> Iterator[dict]:
    """Items of one generation task, no prompt twice."""
    prompts: set[str] = set()
    while len(prompts) < GENERATION_ITEMS:
        prompt, answer = draw(rng)
        if prompt in prompts:
            continue
        yield {"id": f"{name}-{len(prompts):03d}", "prompt": prompt, "reference": answer.strip()}
        prompts.add(prompt)


def write_json_lines(path: Path, rows: Iterator[dict]) -> None:
    """Writes one row a line and prints how many there were."""
    lines = [json.dumps(row, ensure_ascii=False) + "\n" for row in rows]
    path.write_text("".join(lines), encoding="utf-8")
    print(path.name, len(lines))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("output_folder", type=Path)
    folder = parser.parse_args().output_folder
    folder.mkdir(parents=True, exist_ok=True)
    rng = random.Random(SEED)  # one stream for all files: their order is part of the recipe
    write_json_lines(folder / "quiz-mc.jsonl", quiz_items(rng))
    write_json_lines(folder / "quiz-arc.jsonl", arc_items(rng))
    for name, draw in GENERATION_TASKS.items():
        write_json_lines(folder / f"{name}.jsonl", generation_items(rng, name, draw))


if __name__ == "__main__":
    main()
