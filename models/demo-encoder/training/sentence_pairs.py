"""Pairs of sentences about the demo world, with the similarity their embeddings should have."""
from __future__ import annotations

import random
from collections.abc import Callable
from typing import NamedTuple

from facts import FACTS_WITHOUT_ARITHMETIC, PAST_TENSES
from world import (
    ADVERBS,
    DAYS,
    NAMES,
    NEGATIVE_WORDS,
    NEUTRAL_WORDS,
    PLACES,
    POSITIVE_WORDS,
    REVIEWED_THINGS,
    THINGS,
    WEATHER,
)

SAME_FACTS = 1.0
NO_SHARED_FACT = 0.25
OTHER_SUBJECT = 0.1
PARAPHRASE_SHARE = 0.35
CHANGED_FACTS_SHARE = 0.45  # the rest are two sentences drawn apart


class Subject(NamedTuple):
    """A kind of sentence: how to draw its facts, and the ways to say them."""

    draw: Callable[[random.Random], list[str]]
    tell: Callable[[list[str]], list[str]]


def _draw_trip(rng: random.Random) -> list[str]:
    return [rng.choice(NAMES), rng.choice(PLACES), rng.choice(THINGS), rng.choice(DAYS), rng.choice(WEATHER)]


def _tell_trip(facts: list[str]) -> list[str]:
    name, place, thing, day, weather = facts
    return [
        f"On a {weather} {day}, {name} went to the {place} and came home with {thing}.",
        f"{name} went to the {place} on a {weather} {day} and came home with {thing}.",
        f"It was a {weather} {day}. {name} walked to the {place}. In the end {name} came home with {thing}.",
    ]


def _draw_purchase(rng: random.Random) -> list[str]:
    return [rng.choice(NAMES), rng.choice(PLACES), rng.choice(THINGS), rng.choice(DAYS)]


def _tell_purchase(facts: list[str]) -> list[str]:
    name, place, thing, day = facts
    return [
        f"On {day}, {name} went to the {place} and bought {thing}.",
        f"{name} bought {thing} at the {place} on {day}.",
        f"{name} went to the {place} on {day}. {name} bought {thing}.",
    ]


def _draw_question(rng: random.Random) -> list[str]:
    fact = rng.choice(FACTS_WITHOUT_ARITHMETIC)
    return [fact.question, fact.answer]


def _tell_question(facts: list[str]) -> list[str]:
    question, answer = facts
    return [f"{question} {answer}", f"Question: {question} Answer: {answer}", answer]


def _draw_deed(rng: random.Random) -> list[str]:
    _, past = rng.choice(PAST_TENSES)
    return [rng.choice(PLACES), rng.choice(NAMES), past, rng.choice(ADVERBS)]


def _tell_deed(facts: list[str]) -> list[str]:
    place, name, past, adverb = facts
    return [f"Near the {place}, {name} {past} {adverb}.", f"{name} {past} {adverb} near the {place}."]


def _draw_review(rng: random.Random) -> list[str]:
    words = rng.choice([POSITIVE_WORDS, NEGATIVE_WORDS, NEUTRAL_WORDS])
    return [rng.choice(REVIEWED_THINGS), rng.choice(words)]


def _tell_review(facts: list[str]) -> list[str]:
    thing, word = facts
    return [f"The {thing} was {word}.", f"What a {word} {thing} this was.", f"I found the {thing} quite {word}."]


SUBJECTS = [
    Subject(_draw_trip, _tell_trip),
    Subject(_draw_purchase, _tell_purchase),
    Subject(_draw_question, _tell_question),
    Subject(_draw_deed, _tell_deed),
    Subject(_draw_review, _tell_review),
]


def similarity(one: list[str], other: list[str]) -> float:
    """The target for two sentences on one subject: the share of equal facts, from 0.25 for none to 1 for all."""
    shared = sum(left == right for left, right in zip(one, other)) / len(one)
    return NO_SHARED_FACT + (SAME_FACTS - NO_SHARED_FACT) * shared


def draw_pair(rng: random.Random) -> tuple[str, str, float]:
    """Two sentences and their target: the same facts, some of the facts changed, or sentences drawn apart."""
    subject = rng.choice(SUBJECTS)
    facts = subject.draw(rng)
    kind = rng.random()
    if kind < PARAPHRASE_SHARE:
        other_subject, others = subject, facts
    elif kind < PARAPHRASE_SHARE + CHANGED_FACTS_SHARE:
        replacements = subject.draw(rng)
        other_subject = subject
        others = [fact if rng.random() < 0.5 else new for fact, new in zip(facts, replacements)]
    else:
        other_subject = rng.choice(SUBJECTS)
        others = other_subject.draw(rng)
    target = similarity(facts, others) if other_subject is subject else OTHER_SUBJECT
    return rng.choice(subject.tell(facts)), rng.choice(other_subject.tell(others)), target
