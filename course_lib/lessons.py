"""The lessons of the course, in their order: the only list of them. A lesson's number is its place in the list.

A new lesson is its notebook and a line here; `course renumber` then brings file names, references and the README's
table into line.
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
    minutes: int
    slides: tuple[str, ...]

    @property
    def stem(self) -> str:
        """The name of its files, "17_kv_cache"."""
        return f"{self.number:02}_{self.name}"


# part -> its lessons: name, title, minutes, slides
PARTS = {
    "A translator": (
        ("start_here", "Start here", 25),
        ("attention_heads", "Attention heads", 60, "Multiple Attention Heads"),
        ("encoder_layer", "The encoder layer", 60, "Encoder Layer"),
        ("decoder_layer", "The decoder layer", 60, "Decoder Layer"),
        ("encoder_decoder", "Encoder and decoder", 60, "Encoder", "Decoder", "Translator"),
        ("training_the_translator", "Training the translator", 60, "During Training"),
        ("searching_and_scoring", "Searching and scoring", 60),
    ),
    "Architectures": (
        ("attention_maps", "Attention maps", 60, "Attention Maps", "Attention in Blocks"),
        ("architectural_variants", "Architectural variants", 60, "Architectural Variants"),
    ),
    "An assistant": (
        ("chat", "Chat", 60, "Chat (Decoder-only)"),
        ("pretraining", "Pre-training", 60, "Training LLMs", "loss function"),
        ("text_corpora", "Text corpora", 35, "most used text corpora for training"),
        (
            "supervised_fine_tuning",
            "Supervised fine-tuning",
            60,
            "LLMs learning: three main steps",
            "LLMs learning: loss function",
        ),
        (
            "rewards_and_policy_gradients",
            "Rewards and policy gradients",
            55,
            "LLMs learning: three main steps",
            "Reinforcement Learning",
            "LLMs learning: loss function",
        ),
        ("ppo_dpo_grpo", "PPO, DPO, GRPO", 45, "Reinforcement Learning", "LLMs learning: loss function"),
    ),
    "Beyond plain Transformers": (
        ("rope", "RoPE", 60, "Rotary Position Embedding (RoPE)", "NoPE + RoPE"),
        ("longer_than_in_training", "Longer than in training", 35),
        ("kv_cache", "KV caching", 55, "KV Caching"),
        ("gqa", "Grouped-query attention", 50, "Grouped-Query Attention"),
        ("swa", "Sliding window attention", 60, "Sliding Window Attention (SWA)"),
        ("modern_decoder", "A modern decoder", 60, "Attention Variants & Alternatives: Beyond Plain Transformers"),
        ("serving", "Serving", 60),
        ("alternatives", "The alternatives", 50),
    ),
    "Vision": (
        ("vision_transformer", "Vision transformers", 60, "Vision Transformers Basics"),
        ("clip", "CLIP", 60, "Contrastive Language-Image Pre-Training"),
        (
            "vision_language_model",
            "A vision-language model",
            60,
            "Multi-Modal Vision Language Models",
            "Multimodal Vision Language Models Training",
        ),
        (
            "inference_and_alignment",
            "Inference and alignment",
            60,
            "Multimodal Vision Language Models Inference",
            "Step 3: RLHF",
        ),
    ),
}


def numbered(parts: dict[str, tuple[tuple, ...]]) -> tuple[Lesson, ...]:
    """The lessons of a dict like PARTS, numbered from 0."""
    rows = [(part, *row) for part, rows in parts.items() for row in rows]
    return tuple(
        Lesson(number, name, title, part, minutes, tuple(slides))
        for number, (part, name, title, minutes, *slides) in enumerate(rows)
    )


LESSONS = numbered(PARTS)
CAPSTONE = Lesson(80, "capstone", "A model of your own", "The end", 120, ())  # a sheet of exercises without a lesson
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
