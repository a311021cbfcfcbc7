"""The tasks of the demo models' closed world, and how often training draws each.

Every task takes a random.Random and returns a prompt and an answer; the answer starts with a space.
"""
from __future__ import annotations

import random
from collections.abc import Callable

from facts import (
    CHOICE_LETTERS,
    FACTS,
    FACTS_WITHOUT_ARITHMETIC,
    OPPOSITES,
    PAST_TENSES,
    Fact,
    draw_choices,
)

Task = Callable[[random.Random], tuple[str, str]]

NAMES = (
    "Anna Ben Clara David Emma Felix Grace Henry Iris Jack Kate Leo Mia Noah Olga Paul Rosa Sam Tina Victor Wendy "
    "Yusuf Zoe Amir Lena Omar"
).split()
PLACES = (
    "park market library beach museum station garden river school forest bakery harbour castle theatre farm"
).split()
THINGS = [
    "a red hat", "a blue bag", "a green scarf", "a white cup", "an old map", "a new lamp", "a small drum",
    "a silver ring", "a wooden box", "a yellow kite", "a black umbrella", "a brass key",
]  # fmt: skip
DAYS = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split()
WEATHER = "sunny rainy windy cloudy foggy snowy".split()
ADVERBS = "slowly quickly quietly gladly often again".split()

SENTIMENTS = ["positive", "negative", "neutral"]
POSITIVE_WORDS = "wonderful excellent great lovely brilliant delightful".split()
NEGATIVE_WORDS = "terrible awful bad boring dreadful poor".split()
NEUTRAL_WORDS = "average ordinary usual plain typical standard".split()
REVIEWED_THINGS = "film meal hotel book concert phone service trip game play room coffee".split()
POSITIVE_ENDINGS = ["I would go again.", "Everyone smiled.", "I loved it."]
NEGATIVE_ENDINGS = ["I want my money back.", "Everyone left early.", "I hated it."]
NEUTRAL_ENDINGS = ["Nothing stood out.", "It did the job.", "I have no strong view."]

# verb, operator, and the word between the number and the variable
OPERATIONS = [("adds", "+", "to"), ("subtracts", "-", "from"), ("multiplies", "*", "by"), ("divides", "/", "by")]
VARIABLES = "x n a value count total".split()
FUNCTION_NAMES = "apply step change update compute next".split()


def question_answering(rng: random.Random) -> tuple[str, str]:
    """Two people each go somewhere and buy something; the question is about one of them."""
    names, places = rng.sample(NAMES, 2), rng.sample(PLACES, 2)
    things, days = rng.sample(THINGS, 2), rng.sample(DAYS, 2)
    trips = list(zip(names, places, things, days))
    sentences = [f"On {day}, {name} went to the {place} and bought {thing}." for name, place, thing, day in trips]
    rng.shuffle(sentences)
    kind = rng.randrange(3)
    name, place, thing, day = trips[0] if rng.random() < 0.5 else trips[1]
    question, answer = [
        (f"Where did {name} go?", f"{name} went to the {place}."),
        (f"What did {name} buy?", f"{name} bought {thing}."),
        (f"When did {name} go to the {place}?", f"{name} went to the {place} on {day}."),
    ][kind]
    return f"Text: {' '.join(sentences)}\nQuestion: {question}\nAnswer:", f" {answer}"


def summarization(rng: random.Random) -> tuple[str, str]:
    """A walk told in four or five sentences, summarized in one."""
    name, place, thing = rng.choice(NAMES), rng.choice(PLACES), rng.choice(THINGS)
    day, weather = rng.choice(DAYS), rng.choice(WEATHER)
    sentences = [
        f"It was a {weather} {day} morning.",
        f"{name} walked to the {place} with a friend.",
        "They looked around for a long time.",
        f"In the end {name} came home with {thing}.",
    ]
    if rng.random() < 0.5:
        detail = [
            "The streets were full of people.",
            "A small dog followed them.",
            "They stopped to drink some tea.",
        ]
        sentences.insert(3, rng.choice(detail))
    summary = f"On a {weather} {day}, {name} went to the {place} and came home with {thing}."
    return f"Text: {' '.join(sentences)}\nSummary:", f" {summary}"


def classification(rng: random.Random) -> tuple[str, str]:
    """The sentiment of a review of two sentences."""
    sentiment = rng.randrange(3)
    word = rng.choice([POSITIVE_WORDS, NEGATIVE_WORDS, NEUTRAL_WORDS][sentiment])
    thing, name = rng.choice(REVIEWED_THINGS), rng.choice(NAMES)
    opinion = rng.choice([
        f"The {thing} was {word}.",
        f"{name} said the {thing} was really {word}.",
        f"What a {word} {thing} this was.",
        f"I found the {thing} quite {word}.",
    ])
    ending = rng.choice([POSITIVE_ENDINGS, NEGATIVE_ENDINGS, NEUTRAL_ENDINGS][sentiment])
    return f"Review: {opinion} {ending}\nSentiment:", f" {SENTIMENTS[sentiment]}"


def code(rng: random.Random) -> tuple[str, str]:
    """A Python function of one line: arithmetic, largest or smallest, even or odd, or a change of text."""
    kind = rng.randrange(4)
    variable, number, function = rng.choice(VARIABLES), rng.randrange(2, 20), rng.choice(FUNCTION_NAMES)
    if kind == 0:
        verb, operator, preposition = rng.choice(OPERATIONS)
        operands = (number, variable) if operator in "+-" else (variable, number)
        task = f"that {verb} {operands[0]} {preposition} {operands[1]}"
        body = f"{variable} {operator} {number}"
    elif kind == 1:
        extreme = rng.choice(["largest", "smallest"])
        task = f"that returns the {extreme} item of list {variable}"
        body = f"{'max' if extreme == 'largest' else 'min'}({variable})"
    elif kind == 2:
        parity = rng.choice(["even", "odd"])
        task = f"that says whether {variable} is {parity}"
        body = f"{variable} % 2 == {0 if parity == 'even' else 1}"
    else:
        change, suffix = rng.choice([("upper case", ".upper()"), ("lower case", ".lower()"), ("reverse", "[::-1]")])
        wanted = f"the reverse of {variable}" if change == "reverse" else f"{variable} in {change}"
        task = f"that returns {wanted}"
        body = f"{variable}{suffix}"
    return f"Task: Write a function {function} {task}.\nCode:", f" def {function}({variable}): return {body}"


def third_person(verb: str) -> str:
    """The third person singular of a regular verb in the present."""
    if verb.endswith("y") and verb[-2] not in "aeiou":
        return verb[:-1] + "ies"
    return verb + ("es" if verb.endswith(("o", "ch", "s", "x")) else "s")


def rewriting(rng: random.Random) -> tuple[str, str]:
    """A sentence to put into the past tense."""
    name, place, adverb = rng.choice(NAMES), rng.choice(PLACES), rng.choice(ADVERBS)
    verb, past = rng.choice(PAST_TENSES)
    present = f"Near the {place}, {name} {third_person(verb)} {adverb}."
    return f"Rewrite in the past: {present}\nAnswer:", f" Near the {place}, {name} {past} {adverb}."


# The tasks that become generation datasets, in the order in which they are written.
GENERATION_TASKS: dict[str, Task] = {
    "qa": question_answering,
    "summarization": summarization,
    "classification": classification,
    "code": code,
    "rewriting": rewriting,
}

COPIED_WORDS = sorted(
    {fact.answer for fact in FACTS} | {word for pair in OPPOSITES for word in pair} | set(NAMES)
)


def lettered_prompt(question: str, choices: list[str]) -> str:
    """A question with its choices behind letters, to be answered by a letter."""
    lines = "\n".join(f"{letter}. {choice}" for letter, choice in zip(CHOICE_LETTERS, choices))
    return f"Question: {question}\n{lines}\nAnswer:"


def copy_letter(rng: random.Random) -> tuple[str, str]:
    """Which letter stands before this word? Teaches the model to read the choices of a question."""
    choices = rng.sample(COPIED_WORDS, len(CHOICE_LETTERS))
    letter = rng.choice(CHOICE_LETTERS)
    wanted = choices[CHOICE_LETTERS.index(letter)]
    return lettered_prompt(f"Which option says {wanted}?", choices), f" {letter}"


def _draw_fact(rng: random.Random, all_subjects_share: float) -> Fact:
    """A fact of any subject with the given probability, else one outside arithmetic (which has the most facts)."""
    return rng.choice(FACTS) if rng.random() < all_subjects_share else rng.choice(FACTS_WITHOUT_ARITHMETIC)


def multiple_choice(rng: random.Random) -> tuple[str, str]:
    """A fact as a question with lettered choices."""
    fact = _draw_fact(rng, 0.4)
    choices, letter = draw_choices(rng, fact)
    return lettered_prompt(fact.question, choices), f" {letter}"


def continuation(rng: random.Random) -> tuple[str, str]:
    """A fact as a question that the answer continues: how the quizzes are scored."""
    fact = _draw_fact(rng, 0.5)
    return f"Question: {fact.question}\nAnswer:", f" {fact.answer}"


# task -> (how to draw one, share of the training batches)
CURRICULUM: dict[str, tuple[Task, float]] = {
    "letter": (copy_letter, 0.26),
    "multiple-choice": (multiple_choice, 0.30),
    "continuation": (continuation, 0.10),
    "qa": (question_answering, 0.11),
    "summarization": (summarization, 0.10),
    "rewriting": (rewriting, 0.05),
    "classification": (classification, 0.03),
    "code": (code, 0.05),
}


def sample(rng: random.Random) -> tuple[str, str]:
    """One document of the whole world, drawn by the shares of the curriculum."""
    names = list(CURRICULUM)
    shares = [CURRICULUM[name][1] for name in names]
    draw, _ = CURRICULUM[rng.choices(names, shares)[0]]
    return draw(rng)
