"""The lessons of the course, in their order: the only list of them. A lesson's number is its place in the list.

A new lesson is its notebook and a line here; `make green` then brings file names, references and the README's table
into line.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from course_lib.errors import CourseError


@dataclass(frozen=True)
class Lesson:
    """A lesson: `name` is that of its file without the number, `slides` are the titles that it explains."""

    number: int
    name: str
    title: str
    part: str
    slides: tuple[str, ...]

    @property
    def stem(self) -> str:
        """The name of its files, "17_kv_cache"."""
        return f"{self.number:02}_{self.name}"


# part -> its lessons: name, title, slides
PARTS = {
    "A translator": (
        ("start_here", "Start here"),
        ("attention_heads", "Attention heads", "Multiple Attention Heads"),
        ("encoder_layer", "The encoder layer", "Encoder Layer"),
        ("decoder_layer", "The decoder layer", "Decoder Layer"),
        ("encoder_decoder", "Encoder and decoder", "Encoder", "Decoder", "Translator"),
        ("training_the_translator", "Training the translator", "During Training"),
        ("searching_and_scoring", "Searching and scoring"),
    ),
    "Architectures": (
        ("attention_maps", "Attention maps", "Attention Maps", "Attention in Blocks"),
        ("architectural_variants", "Architectural variants", "Architectural Variants"),
    ),
    "An assistant": (
        ("chat", "Chat", "Chat (Decoder-only)"),
        ("pretraining", "Pre-training", "Training LLMs", "loss function"),
        ("text_corpora", "Text corpora", "most used text corpora for training"),
        (
            "supervised_fine_tuning",
            "Supervised fine-tuning",
            "LLMs learning: three main steps",
            "LLMs learning: loss function",
        ),
        (
            "rewards_and_policy_gradients",
            "Rewards and policy gradients",
            "LLMs learning: three main steps",
            "Reinforcement Learning",
            "LLMs learning: loss function",
        ),
        ("ppo_dpo_grpo", "PPO, DPO, GRPO", "Reinforcement Learning", "LLMs learning: loss function"),
    ),
    "Beyond plain Transformers": (
        ("rope", "RoPE", "Rotary Position Embedding (RoPE)", "NoPE + RoPE"),
        ("longer_than_in_training", "Longer than in training"),
        ("kv_cache", "KV caching", "KV Caching"),
        ("gqa", "Grouped-query attention", "Grouped-Query Attention"),
        ("swa", "Sliding window attention", "Sliding Window Attention (SWA)"),
        ("modern_decoder", "A modern decoder", "Attention Variants & Alternatives: Beyond Plain Transformers"),
        ("serving", "Serving"),
        ("alternatives", "The alternatives"),
    ),
    "Vision": (
        ("vision_transformer", "Vision transformers", "Vision Transformers Basics"),
        ("clip", "CLIP", "Contrastive Language-Image Pre-Training"),
        (
            "vision_language_model",
            "A vision-language model",
            "Multi-Modal Vision Language Models",
            "Multimodal Vision Language Models Training",
        ),
        (
            "inference_and_alignment",
            "Inference and alignment",
            "Multimodal Vision Language Models Inference",
            "Step 3: RLHF",
        ),
    ),
}


def numbered(parts: dict[str, tuple[tuple, ...]]) -> tuple[Lesson, ...]:
    """The lessons of a dict like PARTS, numbered from 0."""
    rows = [(part, *row) for part, rows in parts.items() for row in rows]
    return tuple(
        Lesson(number, name, title, part, tuple(slides)) for number, (part, name, title, *slides) in enumerate(rows)
    )


LESSONS = numbered(PARTS)
CAPSTONE = Lesson(80, "capstone", "A model of your own", "The end", ())  # a sheet of exercises without a lesson
SHEETS = *LESSONS, CAPSTONE


def find_lesson(wanted: str, among: Sequence[Lesson] | None = None) -> Lesson:
    """The lesson with this number ("05", "5") or file name, `among` all lessons unless others are handed in.

    Raises CourseError with the lessons that there are.
    """
    name = wanted.rpartition("/")[2].removesuffix(".ipynb")
    among = LESSONS if among is None else among
    for lesson in among:
        if name in (lesson.stem, f"{lesson.number:02}", str(lesson.number)):
            return lesson
    known = "".join(f"\n  {lesson.stem}" for lesson in among)
    raise CourseError(f'no lesson "{wanted}"; expected one of:{known}')
