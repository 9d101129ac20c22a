"""Reward models and value functions, which output a score instead of next-token logits (Ouyang et al. 2022, 3.5)."""

from torch import nn

from course_lib.models.llm import LlmBody, LlmConfig
from course_lib.nn import View
from course_lib.shapes import BT, IdsBT


class Scorer(LlmBody):
    """The body of an `Llm` with a linear score head.

    The score at the last token of a response makes it a reward model; the scores at all tokens, a value function.
    """

    def __init__(self, config: LlmConfig):
        super().__init__(config)
        self.score = nn.Linear(config.d_model, 1)
        nn.init.zeros_(self.score.weight)
        nn.init.zeros_(self.score.bias)

    @classmethod
    def from_llm(cls, llm: LlmBody) -> "Scorer":
        """Make a scorer with a copy of the body of `llm`. All its scores are zero at first."""
        scorer = cls(llm.config)
        state = llm.state_dict().items()
        body = {name: tensor for name, tensor in state if not name.startswith("output.")}
        scorer.load_state_dict(body, strict=False)
        return scorer.to(next(llm.parameters()).device)

    def forward(self, tokens: IdsBT, positions: IdsBT | None = None, segments: IdsBT | None = None) -> BT:
        """Return a score for each token. The arguments are those of `Llm`."""
        view = View(tokens, positions, segments, bias=self.bias)
        return self.score(self.hidden(tokens, view)).squeeze(-1)
