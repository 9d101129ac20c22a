"""Short tales of the little world: somebody wishes for something, and gets it or not. With labels that are exact.

Every label follows from the plot. *Ending*: "happy" when the one who first wished for something has it in the end,
else "sad". *Topic*: the plot. *Tags*: for each word what it names; whoever has the wished-for thing in the end is
tagged KEEPER from the first mention on, which only the rest of the story tells. *Question*, *answer*, *summary*: one
sentence each, told by the same plot.
"""

from dataclasses import dataclass
from functools import lru_cache

from course_lib.world.rng import Rng
from course_lib.world.splits import Candidate, Group, check_split, digest, generate, is_held_out, normalize
from course_lib.world.stories.casting import cast_for
from course_lib.world.stories.meals_and_pets import MEAL, PET
from course_lib.world.stories.plot import SCENES
from course_lib.world.stories.teller import Named, Teller, written
from course_lib.world.stories.things import GIFT, SEARCH, SHOP

PLOTS = {"gift": GIFT, "search": SEARCH, "shop": SHOP, "meal": MEAL, "pet": PET}
QUOTAS = {
    ("train", ""): 20_000,
    ("validation", "story"): 500,
    ("validation", "combination"): 500,
    ("test", "story"): 500,
    ("test", "combination"): 500,
}
LONGEST = 70  # words
TAGS = ("O", "PERSON", "ANIMAL", "THING", "PLACE", "KEEPER")


@dataclass(frozen=True)
class Story:
    """A story with its labels.

    `words` are those of the text in lower case, punctuation marks apart, and `tags` has one of TAGS for each.
    `held_out` is "" in training; elsewhere "story" (new, of known combinations) or "combination" (a thing with an
    adjective that it never has in training).
    """

    text: str
    ending: str
    topic: str
    words: tuple[str, ...]
    tags: tuple[str, ...]
    question: str
    answer: str
    summary: str
    held_out: str


def make_stories(split: str = "train", seed: int = 0) -> list[Story]:
    """The stories of a split: 20,000 for "train", 1,000 for "validation" and "test"; the same on every machine.

    Raises CourseError for another split.
    """
    check_split(split)
    return list(stories_by_split(seed)[split])


@lru_cache(maxsize=1)
def stories_by_split(seed: int) -> dict[str, list[Story]]:
    """A dict from each split to its stories; no two have the same text."""
    rng = Rng(seed)
    return generate(lambda: draw_candidate(rng), QUOTAS)


def draw_candidate(rng: Rng) -> Candidate[Story]:
    """A tale that is not too long."""
    while True:
        tale = Tale(rng)
        text = normalize(" ".join(tale.words))
        if len(text.split()) <= LONGEST:
            return Candidate(groups_for(tale, text), {text}, tale.story)


def groups_for(tale: "Tale", text: str) -> tuple[Group, ...]:
    """The groups that may take the tale, in order of preference."""
    told = [tale.cast[slot] for slot in "td" if tale.cast[slot] in tale.teller.known]
    if any(is_held_out(*thing.combination) for thing in told):
        return ("test", "combination"), ("validation", "combination")
    if digest(text) % 12 == 0:
        return ("test", "story"), ("validation", "story")
    return (("train", ""),)


class Tale:
    """One random story while it is told."""

    def __init__(self, rng: Rng):
        self.rng = rng
        self.topic = rng.pick(tuple(PLOTS))
        self.plot = PLOTS[self.topic]
        self.ending = rng.pick(("happy", "sad"))
        loser = rng.weighted({loser: len(templates) for loser, templates in self.plot.outcomes.items()})
        self.cast = with_ending(cast_for(rng, self.plot), self.ending, loser)
        self.teller = Teller(rng, self.cast)
        plot = self.plot
        for beat in (plot.openings, SCENES, plot.middles, plot.outcomes[loser], plot.closings):
            self.teller.tell(rng.pick(beat))
        self.words, self.named = zip(*self.teller.spelled(), strict=True)

    def story(self, held_out: str) -> Story:
        """The tale with its labels."""
        question, answer = (self.tell_about(template) for template in self.rng.pick(self.plot.questions))
        return Story(
            text=written(self.words),
            ending=self.ending,
            topic=self.topic,
            words=self.words,
            tags=tuple(self.tag(one) for one in self.named),
            question=question,
            answer=answer,
            summary=self.summary(),
            held_out=held_out,
        )

    def tag(self, one: Named | None) -> str:
        """The tag of a word that names this one, or nobody."""
        return "O" if one is None else "KEEPER" if one is self.cast["x"] else one.tag

    def tell_about(self, template: str) -> str:
        """A question or its answer, which names everybody in full."""
        teller = Teller(self.rng, self.cast, known=self.cast.values(), brevity=0)
        teller.tell(template)
        return teller.text()

    def summary(self) -> str:
        """The story in one sentence."""
        teller = Teller(self.rng, self.cast)
        teller.tell(getattr(self.plot, self.ending))
        return teller.text()


def with_ending(cast: dict[str, Named], ending: str, loser: str) -> dict[str, Named]:
    """The cast with the slots that the ending decides: x has the thing, y not; the hero gets u, the loser gets v."""
    x, y, u, v = cast["hero"], cast[loser], cast["t"], cast["d"]
    if ending == "sad":
        x, y, u, v = y, x, v, u
    return {**cast, "x": x, "y": y, "u": u, "v": v}
