"""Short stories of the little world with exact labels. In each story, a hero wants something, and gets it or not.

All labels follow from the plot:

- The *ending* is "happy" if the hero has the desired thing in the end, or else "sad".
- The *topic* is the name of the plot.
- The *tags* give the kind of person or thing that each word refers to. The person or animal that has the desired thing
  in the end has the tag KEEPER from the first mention on, although only the rest of the story reveals who this is.
- The *question*, the *answer*, and the *summary* are one sentence each, generated from the same plot.
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
LONGEST = 70  # the maximum number of words in a story
TAGS = ("O", "PERSON", "ANIMAL", "THING", "PLACE", "KEEPER")


@dataclass(frozen=True)
class Story:
    """A story with its labels.

    Args:
        text: the story.
        ending: "happy" or "sad".
        topic: the name of the plot, one of PLOTS.
        words: the words of the text in lower case, with punctuation marks as separate words.
        tags: the tag of each word, one of TAGS.
        question: a question about the story.
        answer: the answer to the question.
        summary: a summary of the story in one sentence.
        held_out: why the story is not in training: "story" (a new story, but without held-out combinations),
            "combination" (a thing has an adjective whose combination with its noun is held out), or "" in the training
            split.
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
    """Return the stories of a split: 20,000 for "train", 1,000 each for "validation" and "test".

    Raises:
        CourseError: the split does not exist.
    """
    check_split(split)
    return list(stories_by_split(seed)[split])


@lru_cache(maxsize=1)
def stories_by_split(seed: int) -> dict[str, list[Story]]:
    """Return the stories of each split, without duplicates."""
    rng = Rng(seed)
    return generate(lambda: draw_candidate(rng), QUOTAS)


def draw_candidate(rng: Rng) -> Candidate[Story]:
    """Return a random story with at most LONGEST words, as a candidate for the splits."""
    while True:
        tale = Tale(rng)
        text = normalize(" ".join(tale.words))
        if len(text.split()) <= LONGEST:
            return Candidate(groups_for(tale, text), {text}, tale.story)


def groups_for(tale: "Tale", text: str) -> tuple[Group, ...]:
    """Return the groups that can contain the story, in order of preference."""
    told = [tale.cast[slot] for slot in "td" if tale.cast[slot] in tale.teller.known]
    if any(is_held_out(*thing.combination) for thing in told):
        return ("test", "combination"), ("validation", "combination")
    if digest(text) % 12 == 0:
        return ("test", "story"), ("validation", "story")
    return (("train", ""),)


class Tale:
    """A random story, which is generated together with everything that its labels depend on."""

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
        """Create the `Story` with all its labels. The question is chosen at random."""
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
        """Return the tag of a word that refers to `one`. The tag is "O" if the word refers to nobody and nothing."""
        return "O" if one is None else "KEEPER" if one is self.cast["x"] else one.tag

    def tell_about(self, template: str) -> str:
        """Fill the template of a question or an answer, with full forms ("the red ball" and not "the ball")."""
        teller = Teller(self.rng, self.cast, known=self.cast.values(), brevity=0)
        teller.tell(template)
        return teller.text()

    def summary(self) -> str:
        """Return a one-sentence summary of the story."""
        teller = Teller(self.rng, self.cast)
        teller.tell(getattr(self.plot, self.ending))
        return teller.text()


def with_ending(cast: dict[str, Named], ending: str, loser: str) -> dict[str, Named]:
    """Add the slots that depend on the ending to a cast: `x`, `y`, `u`, and `v`.

    In the end, `x` has the desired thing and `y` does not; the hero has `u`, and the loser has `v`.

    Args:
        cast: the cast of the story.
        ending: "happy" or "sad".
        loser: the slot of the person or animal that gets the desired thing in a sad story.
    """
    x, y, u, v = cast["hero"], cast[loser], cast["t"], cast["d"]
    if ending == "sad":
        x, y, u, v = y, x, v, u
    return {**cast, "x": x, "y": y, "u": u, "v": v}
