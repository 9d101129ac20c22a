"""The recipe of the connector: what a frozen CLIP sees becomes words for a frozen chat model (slide "Pre-training")."""

from dataclasses import dataclass
from pathlib import Path

from course_lib.data import PLACEHOLDER, Batches
from course_lib.evaluation import mean_loss
from course_lib.models import Connector, ConnectorConfig, Vlm
from course_lib.objectives import TokenPrediction
from course_lib.training import Plan
from course_lib.workshop.recipes.picture_dialogues import PictureDialogues, PictureRecipe, descriptions
from course_lib.workshop.recipes.recipe import Bundle, Scores, load_bundle


@dataclass(frozen=True, kw_only=True)
class ConnectorRecipe(PictureRecipe[Batches]):
    """Learns captions, as dialogues. The model is a whole `Vlm`, of which only the connector learns."""

    kind: str  # see `ConnectorConfig`

    load = staticmethod(descriptions)

    def build(self, rows: PictureDialogues, clip: Bundle, chat: Bundle) -> Bundle:
        """Build a `Vlm` of CLIP's tower, a new connector and the chat model."""
        widths = {"d_vision": clip.model.config.vision.d_model, "d_model": chat.model.config.d_model}
        bundle = assembled(clip, Connector(ConnectorConfig(**widths, kind=self.kind)), chat)
        bundle.model.train_only("connector")
        return bundle

    def restore(self, folder: Path | str) -> Bundle:
        """Return a `Vlm` with the connector that was written."""
        clip, chat = map(load_bundle, self.starts_from)
        return assembled(clip, load_bundle(folder).model, chat)

    def product(self, bundle: Bundle) -> Bundle:
        """Return the connector alone."""
        return Bundle(bundle.model.connector)

    def evaluation_set(self, source: Path | str, split: str, bundle: Bundle) -> tuple[Batches, int]:
        """Return the captions as batches."""
        rows, left_out = super().evaluation_set(source, split, bundle)
        return self.batches(rows, bundle, seed=0), left_out

    def evaluate(self, evaluation_set: Batches, bundle: Bundle) -> Scores:
        """Return the loss."""
        return {"all": {"loss": mean_loss(bundle.model, evaluation_set)}}

    def watch(self, sample: Batches, bundle: Bundle) -> dict[str, float]:
        """Return the loss, under another name than that of the training."""
        return {"held-out loss": mean_loss(bundle.model, sample)}


CONNECTOR = ConnectorRecipe(
    name="connector",
    about="connector of pictures to words",
    items="captions",
    objective=TokenPrediction(),
    plan=Plan(steps=300, learning_rate=3e-3, evaluations=5),
    watched=("loss",),
    starts_from=("clip", "chat"),
    tokens_per_batch=2048,
    kind="mlp",
)


def assembled(clip: Bundle, connector: Connector, chat: Bundle) -> Bundle:
    """Build a `Vlm` of CLIP's tower, a connector and a chat model, with their processor and tokenizer."""
    model = Vlm.from_parts(clip.model.vision, connector, chat.model)
    return Bundle(model, chat.tokenizer.with_special(PLACEHOLDER), clip.processor)
