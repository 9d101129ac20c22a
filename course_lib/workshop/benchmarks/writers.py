"""What the benchmarks of decoding share: a model of transformers, ours with its weights, and greedy writing by both."""

from typing import TYPE_CHECKING, Any

import torch
import torch.nn.functional as F

from course_lib.data import TokenBatch
from course_lib.generation import TextDecoding, generate
from course_lib.models.base import Model
from course_lib.objectives import TokenLoss
from course_lib.runtime import seed_everything
from course_lib.shapes import NV
from course_lib.workshop.benchmarks.rounds import speed

if TYPE_CHECKING:  # slow to import
    import transformers

PROMPT = 16
NEVER = -1  # an end token that no model has


def new_llama(**changes: Any) -> "transformers.LlamaForCausalLM":
    """A Llama of transformers with random weights."""
    from transformers import LlamaConfig, LlamaForCausalLM

    seed_everything(0)
    return LlamaForCausalLM(LlamaConfig(**changes, bos_token_id=None, eos_token_id=None)).eval()


def new_gpt2(**changes: Any) -> "transformers.GPT2LMHeadModel":
    """A GPT-2 of transformers with random weights, by default of 124 million."""
    from transformers import GPT2Config, GPT2LMHeadModel

    seed_everything(0)
    return GPT2LMHeadModel(GPT2Config(**changes, bos_token_id=None, eos_token_id=None)).eval()


def score_theirs(model: "transformers.PreTrainedModel", batch: TokenBatch) -> TokenLoss:
    """The loss that the users of transformers compute, as a `TokenLoss`."""
    logits = model(input_ids=batch.tokens, use_cache=False).logits
    loss = F.cross_entropy(logits.float().flatten(0, 1), batch.labels.flatten(), reduction="sum")
    return TokenLoss(loss, batch.labels.numel())


class Writing:
    """One text that is written greedily, `count` tokens behind a random prompt."""

    def __init__(self, vocab_size: int, count: int):
        self.prompt, self.count = torch.randint(1, vocab_size, (1, PROMPT)), count  # 0 would be padding for them

    def decoding(self, model: Model) -> TextDecoding:
        """A model of ours, before it has read anything."""
        return TextDecoding(model, max_length=PROMPT + self.count)

    def ours(self, model: Model) -> float:
        """Tokens per second of a model of ours."""
        with model.threads():
            return speed(self.count, lambda: generate(self.decoding(model), self.prompt, NEVER))

    def theirs(self, model: "transformers.PreTrainedModel") -> float:
        """The same of `transformers.generate`."""
        return speed(self.count, lambda: self.written(model))

    @torch.no_grad()
    def written(self, model: "transformers.PreTrainedModel") -> list[int]:
        """The ids that a model of transformers writes."""
        lengths = {"max_new_tokens": self.count, "min_new_tokens": self.count}
        return model.generate(self.prompt, do_sample=False, pad_token_id=0, **lengths)[0, PROMPT:].tolist()

    @torch.inference_mode()
    def logits(self, model: Model, ids: list[int]) -> NV:
        """The logits of a model of ours while `ids` are written after the prompt, one by one."""
        decoding = self.decoding(model)
        parts = self.prompt, *torch.tensor([ids[:-1]]).split(1, dim=1)
        return torch.cat([decoding.next_logits(part) for part in parts])
