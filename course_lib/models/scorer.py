"""A number for each token instead of a distribution: reward models and value functions (Ouyang et al. 2022, 3.5)."""

from torch import nn

from course_lib.models.llm import LlmBody, LlmConfig
from course_lib.nn import View
from course_lib.shapes import BT, IdsBT


class Scorer(LlmBody):
    """The body of an `Llm` with one linear unit on top.

    Read at the last token of an answer it is a reward model; read at every token, a value function.
    """

    def __init__(self, config: LlmConfig):
        super().__init__(config)
        self.score = nn.Linear(config.d_model, 1)
        nn.init.zeros_(self.score.weight)
        nn.init.zeros_(self.score.bias)

    @classmethod
    def from_llm(cls, llm: LlmBody) -> "Scorer":
        """A scorer that starts with a copy of the body of `llm`; its scores are all zero."""
        scorer = cls(llm.config)
        state = llm.state_dict().items()
        body = {name: tensor for name, tensor in state if not name.startswith("output.")}
        scorer.load_state_dict(body, strict=False)
        return scorer.to(next(llm.parameters()).device)

    def forward(self, tokens: IdsBT, positions: IdsBT | None = None, segments: IdsBT | None = None) -> BT:
        """A score for each token; arguments as in `Llm`."""
        view = View(tokens, positions, segments, bias=self.bias)
        return self.score(self.hidden(tokens, view)).squeeze(-1)
