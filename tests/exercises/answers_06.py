"""Answers to the exercises of lesson 06."""

import math

import numpy as np
import torch

BLEU = {"precision 1": 0.8, "precision 2": 0.25, "penalty": 0.819}
BEAM = {"greedy": "a", "greedy p": 0.24, "beam": "b", "beam p": 0.36, "per token": -0.511, "error": "model"}
FORCED = {"teacher-forced": 0.833, "free-running": 0.333, "writes": "the dog sleeps ."}
JUDGED = {"rules": "B", "all": 86.8, "1": "article", "2": "missing", "3": "copied"}

RIGHT = {
    "06.1": [
        BLEU,
        {"precision 1": 4 / 5, "precision 2": 1 / 4, "penalty": np.exp(-0.2)},
        {name: torch.tensor(value) for name, value in BLEU.items()},
    ],
    "06.2": [
        BEAM,
        {**BEAM, "greedy": "A", "per token": math.log(0.4 * 0.9) / 2},
        {**BEAM, "beam p": torch.tensor(0.4) * 0.9, "error": " Model"},
    ],
    "06.3": [FORCED, {**FORCED, "teacher-forced": 5 / 6}, {**FORCED, "free-running": np.float64(1 / 3)}],
    "06.4": [
        JUDGED,
        {name: word.upper() if isinstance(word, str) else torch.tensor(word) for name, word in JUDGED.items()},
        {**JUDGED, "all": np.average([88, 85], weights=[900, 600])},
    ],
}

WRONG = {
    "06.1": [({**BLEU, "precision 2": 0.4}, "precision 2: yours is 0.4, the true value is 0.25")],
    "06.2": [({**BEAM, "beam": "c"}, "beam: yours is 'c', the true value is 'b'")],
    "06.3": [({**FORCED, "free-running": 0}, "free-running: yours is 0, the true value is 0.3333")],
    "06.4": [({**JUDGED, "1": "missing"}, "1: yours is 'missing', the true value is 'article'")],
}
