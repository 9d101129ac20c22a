"""The recipe of the vision transformer: what is in the picture? (slide "Vision Transformers Basics")."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from course_lib.data import Batches, ImageProcessor, RandomViews, load_images, picture_batches
from course_lib.errors import CourseError
from course_lib.evaluation import evaluate_classifier
from course_lib.models import Vit, VitConfig
from course_lib.objectives import Classification
from course_lib.training import Plan
from course_lib.workshop.recipes.recipe import Bundle, Recipe, Scores, plain

if TYPE_CHECKING:  # slow to import, and whoever has rows has it already
    import datasets


@dataclass(frozen=True, kw_only=True)
class VitRecipe(Recipe["datasets.Dataset", "datasets.Dataset"]):
    """Learns pictures of any size, resized as `sizes` say, for `VitConfig`; `sampled` are classified for the log."""

    batch_size: int
    sizes: dict[str, int]
    views: RandomViews
    sampled: int = 500

    load = staticmethod(load_images)

    def build(self, rows: "datasets.Dataset") -> Bundle:
        """Build a new model for these classes, and what prepares its pictures."""
        processor = ImageProcessor(size=(self.sizes["image_size"], self.sizes["image_size"]))
        return Bundle(Vit(VitConfig(classes=rows.features["label"].names, **self.sizes)), processor=processor)

    def batches(self, rows: "datasets.Dataset", bundle: Bundle, seed: int) -> Batches:
        """Return batches of pictures in random views."""
        return picture_batches(rows["image"], rows["label"], bundle.processor, self.batch_size, seed, self.views)

    def sample(self, evaluation_set: "datasets.Dataset") -> "datasets.Dataset":
        """Return some pictures of all classes."""
        return evaluation_set.shuffle(seed=0).select(range(min(self.sampled, len(evaluation_set))))

    def evaluate(self, evaluation_set: "datasets.Dataset", bundle: Bundle) -> Scores:
        """Return the share of pictures that are classified correctly.

        Raises:
            CourseError: the pictures have other classes than the model.
        """
        wanted, classes = tuple(evaluation_set.features["label"].names), bundle.model.config.classes
        if classes != wanted:
            ours, theirs = ", ".join(classes), ", ".join(wanted)
            raise CourseError(
                f"the model's classes must be those of the pictures, {theirs}; got {ours}; train it again"
            )
        return plain(evaluate_classifier(bundle.model, bundle.processor, evaluation_set))


VIT = VitRecipe(
    name="vit",
    about="vision transformer",
    items="pictures",
    objective=Classification(),
    plan=Plan(steps=2000, learning_rate=1e-3, weight_decay=0.05),
    watched=("accuracy",),
    batch_size=64,
    sizes={"image_size": 64, "patch_size": 8, "d_model": 96, "d_ff": 288, "num_heads": 4, "num_layers": 3},
    views=RandomViews(flip=0.5),  # a drawing of a thing stays one when it is turned; a photo of a digit does not
    on_other_data={"views": RandomViews(shift=2)},
)
