"""The recipe of the connector: what a frozen CLIP sees becomes words for a frozen chat model (slide "Pre-training")."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from course_lib.data import PLACEHOLDER, Batches, ImageProcessor, TextTokenizer, fitting
from course_lib.evaluation import mean_loss
from course_lib.models import Clip, Connector, ConnectorConfig, Llm, Vlm, load_model
from course_lib.objectives import TokenPrediction
from course_lib.recipes.picture_dialogues import PictureDialogues, batches_about, descriptions, prompt_lengths, see
from course_lib.recipes.recipe import Recipe, Scores, load_start
from course_lib.training import Plan

ClipKit = tuple[Clip, TextTokenizer, ImageProcessor]
ChatKit = tuple[Llm, TextTokenizer]
VlmKit = tuple[Vlm, TextTokenizer, ImageProcessor]


@dataclass(frozen=True, kw_only=True)
class ConnectorRecipe(Recipe):
    """Learns the captions of `load_captions`. Its kit is a whole `Vlm`, of which only the connector learns."""

    tokens_per_batch: int
    kind: str  # see `ConnectorConfig`

    objective = TokenPrediction()

    def load(self, source: Path | str, split: str) -> PictureDialogues:
        """The captions, as dialogues."""
        return descriptions(source, split)

    def build(self, rows: PictureDialogues, clip: ClipKit, chat: ChatKit) -> VlmKit:
        """A `Vlm` of CLIP's tower, a new connector and the chat model."""
        config = ConnectorConfig(d_vision=clip[0].config.vision.d_model, d_model=chat[0].config.d_model, kind=self.kind)
        model, *others = assembled(clip, Connector(config), chat)
        return model.train_only("connector"), *others

    def restore(self, folder: Path | str) -> VlmKit:
        """A `Vlm` with the connector that was written."""
        clip, chat = map(load_start, self.starts_from)
        return assembled(clip, *load_model(folder), chat)

    def product(self, model: Vlm, *_: Any) -> tuple[Connector]:
        """The connector alone."""
        return (model.connector,)

    def fitting(
        self, rows: PictureDialogues, model: Vlm, tokenizer: TextTokenizer, processor: ImageProcessor
    ) -> tuple[PictureDialogues, int]:
        """The dialogues whose questions, with the pictures, leave room for an answer."""
        return fitting(rows, prompt_lengths(rows, model, tokenizer), model.config.max_length - 1)

    def batches(
        self, rows: PictureDialogues, model: Vlm, tokenizer: TextTokenizer, processor: ImageProcessor, *, seed: int
    ) -> Batches:
        """Captions of similar lengths together."""
        return batches_about(rows, see(rows, model, processor), model, tokenizer, self.tokens_per_batch, seed)

    def exam(self, source: Path | str, split: str, *kit: Any) -> tuple[Batches, int]:
        """The captions as batches."""
        rows, left_out = super().exam(source, split, *kit)
        return self.batches(rows, *kit, seed=0), left_out

    def evaluate(self, exam: Batches, model: Vlm, *_: Any) -> Scores:
        """The loss."""
        return {"all": {"loss": mean_loss(model, exam)}}

    def watch(self, sample: Batches, model: Vlm, *_: Any) -> dict[str, float]:
        """The loss, under another name than that of the training."""
        return {"held-out loss": mean_loss(model, sample)}


CONNECTOR = ConnectorRecipe(
    name="connector",
    about="connector of pictures to words",
    items="captions",
    plan=Plan(steps=300, learning_rate=3e-3, evaluations=5),
    watched=("loss",),
    starts_from=("clip", "chat"),
    tokens_per_batch=2048,
    kind="mlp",
)


def assembled(clip: ClipKit, connector: Connector, chat: ChatKit) -> VlmKit:
    """A `Vlm` of the parts, its tokenizer and its image processor; CLIP and chat model as `load_model` gives them."""
    (tower, _, processor), (llm, tokenizer) = clip, chat
    return Vlm.from_parts(tower.vision, connector, llm), tokenizer.with_special(PLACEHOLDER), processor
