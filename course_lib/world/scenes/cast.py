"""The possible contents of scenes: people, clothes, things, colors, places, and held-out combinations.

The words come from the lexicon. The file `tables/drawn.csv` lists the nouns that can be drawn, with their widths,
places, and held-out colors.
"""

from dataclasses import dataclass

from course_lib.world.language.lexicon import LEXICON
from course_lib.world.scenes.art import drawing
from course_lib.world.table import TABLES, Row, read_table

PAINTS = ("red", "orange", "yellow", "green", "blue", "purple", "black", "white")  # the colors of clothes
COLORS = (*PAINTS, "brown", "gray")  # the colors of things; dogs can be green, as in a picture book
HAIRS = ("black", "brown", "blond", "red", "gray")
SKINS = 5
KINDS = ("man", "woman", "boy", "girl")
INDOORS = ("kitchen", "bedroom")
OUTDOORS = ("park", "beach", "street", "forest", "farm")
PLACES = (*OUTDOORS, *INDOORS)
GROUPS = {"anywhere": PLACES, "outdoors": OUTDOORS}
SHOWN = {"forest": ("tree",), "street": ("house",), "farm": ("house",)}  # nouns that appear in a place's drawing
MOST = 4

# The shirt colors that are held out for each kind of person, including the slide's man in a yellow shirt.
WITHHELD_SHIRTS = {
    "man": ("yellow", "black"),
    "woman": ("orange", "blue"),
    "boy": ("white", "red"),
    "girl": ("green", "purple"),
}
ENGLISH = {noun.english: noun for noun in LEXICON.nouns}


@dataclass(frozen=True)
class Drawable:
    """A noun that can be drawn as the thing in a scene.

    `colours` contains its possible colors, or nothing if the drawing has fixed colors. `held_out` is the color that is
    held out from training, or "". `width` is the width of a single thing in a picture of width 240. `places` contains
    the places where it can appear.
    """

    noun: str
    plural: str
    colours: tuple[str, ...]
    held_out: str
    width: int
    places: tuple[str, ...]
    in_the_air: bool
    animal: bool

    @property
    def ratio(self) -> float:
        """The aspect ratio of the drawing: its width divided by its height."""
        return drawing(self.noun).width / drawing(self.noun).height


def make_drawable(row: Row) -> Drawable:
    """Convert a row of `drawn.csv` into a `Drawable`."""
    noun = ENGLISH[row.one_of("noun", tuple(ENGLISH))]
    colours = COLORS if drawing(noun.english).is_colored else ()
    return Drawable(
        noun=noun.english,
        plural=noun.english_plural,
        colours=colours,
        held_out=row.one_of("withheld", ("", *colours)),
        width=int(row["width"]),
        places=GROUPS.get(row["places"]) or row.list_of("places", PLACES),
        in_the_air=row.one_of("stands", ("on the ground", "in the air")) == "in the air",
        animal=noun.category == "animal",
    )


DRAWABLES = {drawable.noun: drawable for drawable in map(make_drawable, read_table(TABLES / "drawn.csv"))}
LABELS = tuple(DRAWABLES)
