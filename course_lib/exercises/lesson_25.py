"""Exercises of lesson 25: a vision-language model."""

import torch

from course_lib.exercises.conversations import CONVERSATION
from course_lib.exercises.exercise import Exercise
from course_lib.exercises.score_and_guess import SCORE_AND_GUESS
from course_lib.exercises.solutions import Edit
from course_lib.exercises.stages import MOVED
from course_lib.exercises.values import members


def each(cause, part, values):
    return [(cause, {part: value}) for value in values]


def mixed_up(true, signs):
    """Each letter of the signs with what belongs to another one."""
    return [(signs[a], {a: true[b]}) for a in signs for b in signs if a != b]


# 25.1 On paper: a pixel shuffle, a connector, and what is read
def paper():
    grid = torch.tensor([[1, 2, 0, 3], [0, 4, 1, 1], [2, 0, 5, 0], [3, 1, 0, 2]])
    squares = grid.reshape(2, 2, 2, 2).transpose(1, 2).reshape(4, 4)
    visual = squares @ torch.tensor([[1, 0], [0, 1], [1, 0], [0, 2]])
    words = torch.tensor([[8, 0], [7, 7], [9, 0]])
    reads = torch.cat([words[:1], visual, words[1:]])
    return {"squares": squares, "visual": visual, "reads": reads, "position of ?": 1 + 4 + 1, "no shuffle": 16 + 3}


# 25.3 A checkpoint of the hub
def loaded():
    patches = (224 // 16) ** 2
    shapes = {"visual tokens": patches, "model.look": (2, patches, 768), "linear_1.weight": (2048, 768)}
    shapes |= {"model.embed": (1, 30 + 2 * patches, 2048), "layers that run": 11}
    named = {"vision_tower": "g", "multi_modal_projector": "W", "language_model": "f"}
    wrong = {"A": "second picture", "B": "vision_feature_layer", "C": "rms_norm_eps", "D": "rope_theta"}
    return shapes | named | wrong


SIGNS = {
    "A": "A is right until the second picture begins",
    "B": "B goes wrong where the first picture begins",
    "C": "C is wrong from the first token on",
    "D": "D is right at the first token: there it sees itself only, and position 0 turns nothing",
}


# 25.4 Five connectors
def compared():
    return {
        "A": "pixel shuffle",
        "B": "linear",
        "C": "4 x 4",
        "D": "mlp",
        "E": "mean",
        "beaten": {"B", "E"},
        "seven pictures": "A",
        "most": (4096 - 300) // 144,
        "scores": ((300 + 576) / (300 + 144)) ** 2,
    }


SIZES = {
    "A": "A makes 144 tokens, and its first layer reads four patches at once",
    "B": "B has the fewest parameters: one layer",
    "C": "C makes 36 tokens of 576 patches: sixteen become one",
    "D": "D makes a token of each patch, by two layers",
    "E": "E makes 144 tokens, with the parameters of two layers for one patch",
}


EXERCISES = [
    Exercise(
        id="25.1",
        title="On paper",
        points=2,
        truth=paper,
        mistakes=[
            (
                "these are rows of the picture; squares of 2 × 2 neighbours were meant",
                Edit("grid.reshape(2, 2, 2, 2).transpose(1, 2).reshape(4, 4) → grid"),
            ),
            *[
                (cause, Edit(f"transpose(1, 2) → permute({order})"))
                for order, cause in (
                    ("0, 2, 3, 1", "in a square: left to right, then the row below; yours goes down first"),
                    ("2, 0, 1, 3", "the squares follow row by row; yours go down first"),
                    ("1, 3, 0, 2", "neighbours are joined, not every second patch"),
                )
            ],
            (
                "the squares go through the connector, not the rows of the picture",
                Edit("visual = squares → visual = grid"),
            ),
            ("neighbours are joined, not added", {"squares": paper()["squares"].sum(1, keepdim=True)}),
            ("the visual tokens are read, too", Edit("[words[:1], visual, words[1:]] → [words]")),
            (
                "the picture stands after <user>, where its placeholders are",
                Edit("words[:1], visual, words[1:] → visual, words"),
            ),
            (
                "the picture stands before the question, where its placeholders are",
                Edit("words[:1], visual, words[1:] → words, visual"),
            ),
            ("the words are read, too: one row each", Edit("[words[:1], visual, words[1:]] → [visual]")),
            ("visual tokens have positions like words", {"position of ?": 2}),
            ("the picture has four positions, not one", {"position of ?": 3}),
            ("positions begin at 0", {"position of ?": 7}),
            ("after the shuffle, a picture has four visual tokens, not sixteen", {"position of ?": 18}),
            ("the three words are read, too", {"no shuffle": 16}),
            ("the words stay three; only the picture takes four times the tokens", {"no shuffle": 28}),
            (
                "the last number of a square counts twice for the second visual number: W has a 2 there",
                Edit("[0, 2]] → [0, 1]]"),
            ),
        ],
    ),
    CONVERSATION,
    Exercise(
        id="25.3",
        title="A checkpoint of the hub",
        points=3,
        truth=loaded,
        mistakes=[
            ("14 patches on each side: their number is the square of it", {"visual tokens": 14}),
            ('"default" leaves the class token out', {"visual tokens": 197}),
            ('"default" leaves the class token out', {"model.look": (2, 197, 768)}),
            ("there are two pictures: N P d_vision", {"model.look": (1, 196, 768)}),
            ("the tower gives vectors of its own width; the connector widens them", {"model.look": (2, 196, 2048)}),
            ("two pictures, a row of vectors for each", {"model.look": (1, 392, 768)}),
            ("pixels go in; what comes out are vectors of patches", {"model.look": (2, 3, 224, 224)}),
            ("one text, in which both pictures stand", {"model.embed": (2, 226, 2048)}),
            ("what is read are vectors; logits come out at the end", {"model.embed": (1, 422, 32064)}),
            ("a picture takes the place of its placeholder", {"model.embed": (1, 424, 2048)}),
            ("a linear layer stores its weight as out × in", {"linear_1.weight": (768, 2048)}),
            ("linear_1 reads what the tower gives", {"linear_1.weight": (2048, 2048)}),
            ("there are two pictures, 196 visual tokens each", {"model.embed": (1, 226, 2048)}),
            ("the 30 other tokens are read, too", {"model.embed": (1, 392, 2048)}),
            ("what is read has the width of the language model", {"model.embed": (1, 422, 768)}),
            ("-2 is the last but one hidden state: the last layer need not run", {"layers that run": 12}),
            ("-2 is the last but one hidden state: one layer is left out, not two", {"layers that run": 10}),
            *each("g is the encoder of pictures: it sees", "vision_tower", "WfZH"),
            *each("the projection is W; Z is what it reads, H what it gives", "multi_modal_projector", "gfZH"),
            *each("f says the next token: the language model", "language_model", "gWZH"),
            *mixed_up(loaded(), SIGNS),
        ],
    ),
    Exercise(
        id="25.4",
        title="Five connectors",
        points=2,
        truth=compared,
        tolerance=5e-3,
        mistakes=[
            *mixed_up(compared(), SIZES),
            *each("7 · 576 visual tokens would fit, but not with 300 others", "seven pictures", "DB"),
            *each("this one fits; so does one with a lower loss", "seven pictures", "CE"),
            ("the 300 other tokens take their places first", {"most": 28}),
            ("one more than fits", {"most": 27}),
            ("whole pictures: round down", {"most": 3796 / 144}),
            ("576 tokens are a picture without the shuffle", {"most": 6}),
            ("each token asks each: the square of this", {"scores": 876 / 444}),
            *each("the 300 other tokens ask and are asked, too", "scores", (4, 16)),
            *members(
                compared()["beaten"],
                {
                    "C": "nothing beats C: who has a lower loss needs more tokens",
                    "A": "nothing beats A: only D has a lower loss, with more tokens",
                    "D": "D is beaten by nobody: it has the lowest loss",
                    "B": "D has as many tokens as B, and a lower loss: B is beaten",
                    "E": "A has as many tokens as E, and a lower loss: E is beaten",
                },
                "beaten",
            ),
        ],
    ),
    MOVED,
    SCORE_AND_GUESS,
]
