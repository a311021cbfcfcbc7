"""The facts of the demo models' closed world: tables of general knowledge and the questions made of them."""
from __future__ import annotations

import random
from typing import NamedTuple

CHOICE_LETTERS = "ABCD"


class Fact(NamedTuple):
    """A question with its answer and the answers of the same kind from which wrong choices are drawn."""

    subject: str
    question: str
    answer: str
    same_kind: list[str]


def _table(text: str) -> list[tuple[str, ...]]:
    """Rows are separated by bars and cells by spaces; a hyphen stands for a space inside a cell."""
    return [tuple(cell.replace("-", " ") for cell in row.split()) for row in text.split("|")]


# country capital continent
COUNTRIES = _table("""
    France Paris Europe | Germany Berlin Europe | Spain Madrid Europe | Italy Rome Europe |
    Portugal Lisbon Europe | Greece Athens Europe | Austria Vienna Europe | Poland Warsaw Europe |
    Norway Oslo Europe | Sweden Stockholm Europe | Finland Helsinki Europe | Denmark Copenhagen Europe |
    Ireland Dublin Europe | Hungary Budapest Europe | Romania Bucharest Europe | Bulgaria Sofia Europe |
    Serbia Belgrade Europe | Croatia Zagreb Europe | Ukraine Kyiv Europe | Belgium Brussels Europe |
    Iceland Reykjavik Europe | Albania Tirana Europe | Latvia Riga Europe | Estonia Tallinn Europe |
    Lithuania Vilnius Europe | Japan Tokyo Asia | China Beijing Asia | India Delhi Asia |
    Thailand Bangkok Asia | Vietnam Hanoi Asia | Indonesia Jakarta Asia | Mongolia Ulaanbaatar Asia |
    Nepal Kathmandu Asia | Pakistan Islamabad Asia | Iran Tehran Asia | Iraq Baghdad Asia |
    Syria Damascus Asia | Jordan Amman Asia | Lebanon Beirut Asia | Qatar Doha Asia | Oman Muscat Asia |
    Yemen Sanaa Asia | Turkey Ankara Asia | Malaysia Putrajaya Asia | Cambodia Phnom-Penh Asia |
    Bhutan Thimphu Asia | Egypt Cairo Africa | Kenya Nairobi Africa | Nigeria Abuja Africa |
    Ghana Accra Africa | Ethiopia Addis-Ababa Africa | Morocco Rabat Africa | Tunisia Tunis Africa |
    Algeria Algiers Africa | Libya Tripoli Africa | Sudan Khartoum Africa | Uganda Kampala Africa |
    Rwanda Kigali Africa | Tanzania Dodoma Africa | Zambia Lusaka Africa | Zimbabwe Harare Africa |
    Angola Luanda Africa | Namibia Windhoek Africa | Senegal Dakar Africa | Mali Bamako Africa |
    Somalia Mogadishu Africa | Madagascar Antananarivo Africa | Mozambique Maputo Africa |
    Canada Ottawa America | Mexico Mexico-City America | Cuba Havana America | Jamaica Kingston America |
    Panama Panama-City America | Peru Lima America | Chile Santiago America | Brazil Brasilia America |
    Argentina Buenos-Aires America | Uruguay Montevideo America | Paraguay Asuncion America |
    Bolivia Sucre America | Ecuador Quito America | Colombia Bogota America | Venezuela Caracas America |
    Guyana Georgetown America | Haiti Port-au-Prince America | Honduras Tegucigalpa America |
    Nicaragua Managua America | Australia Canberra Oceania | New-Zealand Wellington Oceania |
    Fiji Suva Oceania | Samoa Apia Oceania | Tonga Nukualofa Oceania
""")

# element symbol atomic-number state-at-room-temperature
ELEMENTS = _table("""
    hydrogen H 1 gas | helium He 2 gas | lithium Li 3 solid | carbon C 6 solid | nitrogen N 7 gas |
    oxygen O 8 gas | fluorine F 9 gas | neon Ne 10 gas | sodium Na 11 solid | magnesium Mg 12 solid |
    aluminium Al 13 solid | silicon Si 14 solid | phosphorus P 15 solid | sulfur S 16 solid |
    chlorine Cl 17 gas | argon Ar 18 gas | potassium K 19 solid | calcium Ca 20 solid | titanium Ti 22 solid |
    chromium Cr 24 solid | manganese Mn 25 solid | iron Fe 26 solid | cobalt Co 27 solid |
    nickel Ni 28 solid | copper Cu 29 solid | zinc Zn 30 solid | bromine Br 35 liquid | krypton Kr 36 gas |
    silver Ag 47 solid | tin Sn 50 solid | iodine I 53 solid | xenon Xe 54 gas | barium Ba 56 solid |
    tungsten W 74 solid | platinum Pt 78 solid | gold Au 79 solid | mercury Hg 80 liquid | lead Pb 82 solid |
    radon Rn 86 gas | uranium U 92 solid
""")

# animal class young
ANIMALS = _table("""
    dog mammal puppy | cat mammal kitten | cow mammal calf | horse mammal foal | sheep mammal lamb |
    goat mammal kid | pig mammal piglet | bear mammal cub | deer mammal fawn | whale mammal calf |
    bat mammal pup | kangaroo mammal joey | swan bird cygnet | duck bird duckling | goose bird gosling |
    owl bird owlet | eagle bird eaglet | hen bird chick | penguin bird chick | parrot bird chick |
    frog amphibian tadpole | toad amphibian tadpole | newt amphibian larva | snake reptile snakelet |
    lizard reptile hatchling | turtle reptile hatchling | crocodile reptile hatchling | salmon fish fry |
    trout fish fry | shark fish pup | tuna fish fry | bee insect larva | ant insect larva |
    beetle insect grub | butterfly insect caterpillar | mosquito insect larva | fly insect maggot |
    spider arachnid spiderling | scorpion arachnid scorpling
""")

# word opposite
OPPOSITES = _table("""
    hot cold | big small | tall short | fast slow | happy sad | light dark | hard soft | wet dry | rich poor |
    young old | early late | open closed | full empty | strong weak | loud quiet | clean dirty |
    deep shallow | wide narrow | thick thin | heavy light | high low | near far | true false | good bad |
    new old | right wrong | first last | sweet bitter | sharp blunt | rough smooth | brave cowardly |
    calm angry | simple complex | safe dangerous | cheap expensive | alive dead | awake asleep |
    public private | guilty innocent | ancient modern
""")

# present past
PAST_TENSES = _table("""
    walk walked | talk talked | run ran | go went | see saw | eat ate | drink drank | write wrote |
    read read | sing sang | swim swam | fly flew | drive drove | speak spoke | break broke | take took |
    give gave | come came | buy bought | bring brought | think thought | teach taught | catch caught |
    sleep slept | keep kept | feel felt | leave left | build built | send sent | spend spent | find found |
    hold held | tell told | sell sold | stand stood | win won | lose lost | make made | pay paid | meet met |
    cut cut | hit hit | grow grew | know knew | throw threw | draw drew | wear wore | rise rose |
    begin began | choose chose
""")

# job workplace tool
JOBS = _table("""
    doctor hospital stethoscope | teacher school chalk | farmer farm plough | baker bakery oven |
    pilot airport aeroplane | sailor ship compass | judge court gavel | painter studio brush |
    writer desk pen | cook kitchen pan | carpenter workshop saw | tailor shop needle | miner mine pickaxe |
    fisherman boat net | gardener garden spade | dentist clinic drill | librarian library catalogue |
    mechanic garage wrench | chemist laboratory beaker | soldier barracks rifle |
    astronomer observatory telescope | photographer studio camera | butcher shop knife |
    barber salon scissors | plumber house pipe | electrician house wire
""")

LARGEST_ADDEND = 20
NUMBERS = [str(number) for number in range(2 * LARGEST_ADDEND + 1)]


def _geography() -> list[Fact]:
    countries = [country for country, _, _ in COUNTRIES]
    capitals = [capital for _, capital, _ in COUNTRIES]
    continents = sorted({continent for _, _, continent in COUNTRIES})
    facts = []
    for country, capital, continent in COUNTRIES:
        facts.append(Fact("geography", f"What is the capital of {country}?", capital, capitals))
        facts.append(Fact("geography", f"Which country has {capital} as its capital?", country, countries))
        facts.append(Fact("geography", f"On which continent is {country}?", continent, continents))
    return facts


def _chemistry() -> list[Fact]:
    elements = [element for element, _, _, _ in ELEMENTS]
    symbols = [symbol for _, symbol, _, _ in ELEMENTS]
    atomic_numbers = [number for _, _, number, _ in ELEMENTS]
    states = ["gas", "liquid", "solid", "plasma"]
    facts = []
    for element, symbol, number, state in ELEMENTS:
        facts.append(Fact("chemistry", f"What is the chemical symbol of {element}?", symbol, symbols))
        facts.append(Fact("chemistry", f"Which element has the symbol {symbol}?", element, elements))
        facts.append(Fact("chemistry", f"What is the atomic number of {element}?", number, atomic_numbers))
        facts.append(Fact("chemistry", f"At room temperature, what is the state of {element}?", state, states))
    return facts


def _biology() -> list[Fact]:
    classes = sorted({animal_class for _, animal_class, _ in ANIMALS})
    young_names = sorted({young for _, _, young in ANIMALS})
    facts = []
    for animal, animal_class, young in ANIMALS:
        facts.append(Fact("biology", f"What kind of animal is a {animal}?", animal_class, classes))
        facts.append(Fact("biology", f"What is a young {animal} called?", young, young_names))
    return facts


def _language() -> list[Fact]:
    opposites = [opposite for _, opposite in OPPOSITES]
    past_forms = [past for _, past in PAST_TENSES]
    facts = [
        Fact("language", f"What is the opposite of {word}?", opposite, opposites) for word, opposite in OPPOSITES
    ]
    facts += [Fact("language", f"What is the past tense of {verb}?", past, past_forms) for verb, past in PAST_TENSES]
    return facts


def _society() -> list[Fact]:
    workplaces = sorted({workplace for _, workplace, _ in JOBS})
    tools = [tool for _, _, tool in JOBS]
    facts = []
    for job, workplace, tool in JOBS:
        facts.append(Fact("society", f"Where does a {job} work?", workplace, workplaces))
        facts.append(Fact("society", f"Which tool does a {job} use?", tool, tools))
    return facts


def _arithmetic() -> list[Fact]:
    facts = []
    for left in range(LARGEST_ADDEND + 1):
        for right in range(LARGEST_ADDEND + 1):
            facts.append(Fact("arithmetic", f"What is {left} plus {right}?", str(left + right), NUMBERS))
            if left >= right:
                facts.append(Fact("arithmetic", f"What is {left} minus {right}?", str(left - right), NUMBERS))
    return facts


FACTS = _geography() + _chemistry() + _biology() + _language() + _society() + _arithmetic()
FACTS_WITHOUT_ARITHMETIC = [fact for fact in FACTS if fact.subject != "arithmetic"]


def draw_choices(rng: random.Random, fact: Fact) -> tuple[list[str], str]:
    """Four choices in random order, and the letter of the right one.

    Wrong answers of arithmetic lie within 6 of the right one; of other subjects they are of the same kind.
    """
    if fact.subject == "arithmetic":
        value = int(fact.answer)
        pool = [str(near) for near in range(max(0, value - 6), value + 7) if near != value]
    else:
        pool = sorted({answer for answer in fact.same_kind if answer != fact.answer})
    choices = rng.sample(pool, len(CHOICE_LETTERS) - 1) + [fact.answer]
    rng.shuffle(choices)
    return choices, CHOICE_LETTERS[choices.index(fact.answer)]
