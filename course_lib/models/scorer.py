"""Reward models and value functions, which output scores instead of logits (Ouyang et al. 2022, section 3.5)."""

from torch import nn

from course_lib.models.llm import LlmBody, LlmConfig
from course_lib.nn import View
from course_lib.shapes import BT, IdsBT


class Scorer(LlmBody):
    """A language model with a linear head that outputs a score for each token instead of logits.

    A reward model uses only the score at the last token of a response. A value function uses the scores at all tokens.
    """

    def __init__(self, config: LlmConfig):
        super().__init__(config)
        self.score = nn.Linear(config.d_model, 1)
        nn.init.zeros_(self.score.weight)
        nn.init.zeros_(self.score.bias)

    @classmethod
    def from_llm(cls, llm: LlmBody) -> "Scorer":
        """Create a scorer from a copy of a language model. Its scores are all zero until it is trained."""
        scorer = cls(llm.config)
        state = llm.state_dict().items()
        body = {name: tensor for name, tensor in state if not name.startswith("output.")}
        scorer.load_state_dict(body, strict=False)
        return scorer.to(next(llm.parameters()).device)

    def forward(self, tokens: IdsBT, positions: IdsBT | None = None, segments: IdsBT | None = None) -> BT:
        """Compute a score for each token.

        Args:
            tokens, positions, segments: see `View`.
        """
        view = View(tokens, positions, segments, bias=self.bias)
        return self.score(self.hidden(tokens, view)).squeeze(-1)
