"""Whatever the words, a diagram keeps them readable: no text leaves its box, none touches another or an arrow."""

import itertools

import pytest
import torch
from matplotlib import pyplot as plt
from matplotlib.patches import Circle, FancyArrowPatch, FancyBboxPatch, PathPatch
from matplotlib.path import Path

from course_lib.errors import CourseError
from course_lib.workshop import viz
from course_lib.workshop.lessons import LESSONS, numbered
from course_lib.workshop.viz.course_map import PARTS

PREDICTED = ["this", "was", "the", "first", "book", "i", "'ve", "ever", "read", ".", "EOS"]
THREE_DATA = ["20,000 stories", "26,826 dialogues", "pairs of answers,\none preferred"]
PICTURE = torch.rand(24, 24, 3)
BEAM = [[(min(step, rank // 2), "translation", -10.25, "kept") for rank in range(4)] for step in range(8)]
CAPTIONS = ["a man in a white shirt", "a woman in an orange shirt", "four bicycles"]
DIAGRAMS = {
    "multi-head attention": viz.draw_multi_head_attention,
    "multi-head attention, 1 head": lambda ax=None: viz.draw_multi_head_attention(1, ax=ax),
    "dot-product attention": viz.draw_dot_product_attention,
    "encoder layer": viz.draw_encoder_layer,
    "encoder layer, norm first": lambda ax=None: viz.draw_encoder_layer(norm_first=True, ax=ax),
    "ring": lambda ax=None: viz.draw_ring(["dog", "cat", "butterfly", "elephant", "duck", "horse"], ax=ax),
    "decoder layer": viz.draw_decoder_layer,
    "decoder layer, norm first": lambda ax=None: viz.draw_decoder_layer(norm_first=True, ax=ax),
    "translator": viz.draw_translator,
    "translator, other words": lambda ax=None: viz.draw_translator("a gata dorme", "BOS", "the", ax=ax),
    "teacher forcing": viz.draw_teacher_forcing,
    "teacher forcing, measured": lambda ax=None: viz.draw_teacher_forcing(
        predicted=PREDICTED, losses=torch.rand(11, requires_grad=True), ax=ax
    ),
    "teacher forcing, many long tokens": lambda ax=None: viz.draw_teacher_forcing(
        target=["translation", "of", "$x_"] * 5, ax=ax
    ),
    "beam": lambda ax=None: viz.draw_beam(BEAM, (7, 1), ax=ax),
    "three steps": lambda ax=None: viz.draw_three_steps(THREE_DATA, ["lesson 10", "lesson 12", "lesson 13"], ax=ax),
    "course map": viz.draw_course_map,
    "clip": lambda ax=None: viz.draw_clip([PICTURE] * 3, CAPTIONS, [0, 1, 2], ax=ax),
    "clip, one picture and two classes": lambda ax=None: viz.draw_clip([PICTURE], CAPTIONS[:2], [1], ax=ax),
    "vlm": lambda ax=None: viz.draw_vlm(PICTURE, "What is the\ncolor?", "It is red.", ax=ax),
}


class Drawn:
    """A finished diagram, in pixels: its texts, its boxes and its lines, the latter two with their depth."""

    def __init__(self, ax):
        ax.figure.canvas.draw()
        self.page = ax.figure.bbox
        self.texts = [(text.get_text(), text.get_window_extent()) for text in ax.texts if text.get_text()]
        self.boxes = [(box.get_window_extent(), box.zorder) for box in shapes_of(ax, (FancyBboxPatch, Circle))]
        lines = shapes_of(ax, (FancyArrowPatch, PathPatch))
        self.lines = [(ax.transData.transform_path(open_path(line)), line.zorder) for line in lines]

    def box_under(self, text):
        """(extent, depth) of the foremost box that a text touches, or None."""
        return max((box for box in self.boxes if text.overlaps(box[0])), key=lambda box: box[1], default=None)


def shapes_of(ax, kinds):
    return [patch for patch in ax.patches if isinstance(patch, kinds)]


def open_path(line):
    """The path of a line, without the stroke that closes an arrow's head."""
    path = line.get_path()
    drawn = path.codes != Path.CLOSEPOLY
    return Path(path.vertices[drawn], path.codes[drawn])


def inside(inner, outer):
    return outer.x0 <= inner.x0 and inner.x1 <= outer.x1 and outer.y0 <= inner.y0 and inner.y1 <= outer.y1


def assert_texts_respect_boxes(drawn):
    for words, text in drawn.texts:
        box = drawn.box_under(text)
        assert box is None or inside(text, box[0]), words


@pytest.fixture(scope="module", params=DIAGRAMS.values(), ids=DIAGRAMS.keys())
def drawn(request):
    with viz.course_style():
        return Drawn(request.param())


def test_no_two_texts_touch(drawn):
    for (one, box), (other, other_box) in itertools.combinations(drawn.texts, 2):
        assert not box.overlaps(other_box), (one, other)


def test_no_text_crosses_the_edge_of_its_box(drawn):
    assert_texts_respect_boxes(drawn)


def test_no_arrow_runs_over_a_text(drawn):
    for words, text in drawn.texts:
        box = drawn.box_under(text)
        visible = [line for line, depth in drawn.lines if box is None or depth > box[1]]
        assert not any(line.intersects_bbox(text, filled=False) for line in visible), words


def test_everything_stays_on_the_page(drawn):
    assert all(inside(text, drawn.page) for _, text in drawn.texts)
    assert all(inside(box, drawn.page) for box, _ in drawn.boxes)
    assert drawn.page.width <= 1100


@pytest.mark.parametrize("draw", DIAGRAMS.values(), ids=DIAGRAMS.keys())
def test_a_diagram_in_narrow_axes_keeps_its_texts_in_their_boxes(draw):
    _, (left, _) = plt.subplots(1, 2, figsize=(9.9, 4), layout="none")
    assert draw(ax=left) is left
    assert_texts_respect_boxes(Drawn(left))


def words_of(ax):
    return [text.get_text() for text in ax.texts]


@pytest.mark.parametrize(
    ("draw", "steps", "residuals"), [(viz.draw_encoder_layer, 6, 2), (viz.draw_decoder_layer, 9, 3)]
)
@pytest.mark.parametrize("norm_first", [False, True])
def test_a_layer_has_the_numbered_steps_of_its_slide(draw, steps, residuals, norm_first):
    words = words_of(draw(norm_first))
    assert sorted(word for word in words if word.isdigit()) == [str(number) for number in range(1, steps + 1)]
    assert words.count("residual connection") == words.count("Norm") == residuals


def test_each_head_is_a_card_on_the_pile():
    one, three = (viz.draw_multi_head_attention(heads) for heads in (1, 3))
    assert len(shapes_of(three, FancyBboxPatch)) - len(shapes_of(one, FancyBboxPatch)) == 2 * 4


def test_the_output_so_far_is_the_true_output_shifted_right():
    words = words_of(viz.draw_teacher_forcing(target=["a", "b"]))
    start = words.index("BOS")
    assert words[start : start + 3] == ["BOS", "a", "b"]
    assert words[start + 3 : start + 6] == ["a", "b", "EOS"]


def test_the_loss_is_written_at_each_position():
    words = words_of(viz.draw_teacher_forcing(target=["a", "b"], losses=[0.5, 1.25, 2]))
    assert {"0.50", "1.25", "2.00"} <= set(words)


@pytest.mark.parametrize("wrong", [{"losses": [0.5]}, {"predicted": ["a"]}])
def test_one_value_for_three_positions_is_an_error_that_names_both(wrong):
    with pytest.raises(CourseError, match="expected 3 .* got 1"):
        viz.draw_teacher_forcing(target=["a", "b"], **wrong)


def test_an_empty_target_is_an_error():
    with pytest.raises(CourseError, match="at least one target token"):
        viz.draw_teacher_forcing(target=[])


def test_the_mask_grows_by_one_row_per_step():
    figure = viz.draw_growing_mask(["BOS", "a", "b", "c"])
    written = ["".join(text.get_text() for text in ax.texts[:9]) for ax in figure.axes]
    assert written == ["1", "10" + "11", "100" + "110" + "111"]
    assert [ax.texts[-1].get_text() for ax in figure.axes] == ["next: a", "next: b", "next: c"]


@pytest.mark.parametrize("count", [0, 1, 7])
def test_a_growing_mask_names_the_number_of_tokens_it_can_show(count):
    with pytest.raises(CourseError, match=f"expected 2 to 6 tokens, got {count}"):
        viz.draw_growing_mask(["token"] * count)


def test_the_map_numbers_all_lessons_along_the_road_and_names_their_parts():
    words = words_of(viz.draw_course_map())
    assert [word for word in words if word.isdigit()] == [str(lesson.number) for lesson in LESSONS]
    assert {lesson.part for lesson in LESSONS} == set(PARTS) <= set(words)


@pytest.mark.parametrize("sizes", [(7, 2, 4, 6, 5), (6, 3, 13, 2, 4)])
def test_the_map_has_room_for_any_number_of_lessons(sizes, monkeypatch):
    parts = {part: size * [("heads", "Heads with long names", 5)] for part, size in zip(PARTS, sizes, strict=True)}
    monkeypatch.setattr("course_lib.workshop.viz.course_map.LESSONS", numbered(parts))
    words = words_of(viz.draw_course_map())
    assert [word for word in words if word.isdigit()] == [str(number) for number in range(sum(sizes))]


@pytest.mark.parametrize("title", ["Rewards and policy gradients", "The title"])
@pytest.mark.parametrize("sizes", [(7, 2, 6, 1, 4), (1, 0, 6, 8, 4), (7, 2, 0, 8, 4), (6, 2, 5, 8, 4), (7, 2, 6, 8, 0)])
def test_the_map_of_fewer_lessons_stays_on_the_page_and_no_two_texts_touch(sizes, title, monkeypatch):
    """Whole parts may be left out, too."""
    parts = {part: size * [("heads", title, 5)] for part, size in zip(PARTS, sizes, strict=True)}
    monkeypatch.setattr("course_lib.workshop.viz.course_map.LESSONS", numbered(parts))
    with viz.course_style():
        drawn = Drawn(viz.draw_course_map())
    test_no_two_texts_touch(drawn)
    test_everything_stays_on_the_page(drawn)


def test_each_picture_meets_each_caption_and_its_own_cell_is_marked():
    ax = viz.draw_clip([PICTURE] * 2, CAPTIONS, [2, 0])
    boxes = shapes_of(ax, FancyBboxPatch)
    faces = {
        words.get_text(): next(box.get_facecolor() for box in boxes if box.contains_point(middle_of(words)))
        for words in ax.texts
    }
    marked = {words for words, face in faces.items() if "·" in words and face != faces["I1 · T1"]}
    assert sum("·" in words for words in faces) == 6
    assert marked == {"I1 · T3", "I2 · T1"}


def middle_of(text):
    """The middle of a text, in pixels."""
    extent = text.get_window_extent()
    return (extent.x0 + extent.x1) / 2, (extent.y0 + extent.y1) / 2


@pytest.mark.parametrize("wrong", [([], CAPTIONS, []), ([PICTURE] * 4, CAPTIONS, [0] * 4), ([PICTURE], CAPTIONS, [])])
def test_other_numbers_of_pictures_and_captions_are_an_error_that_names_them(wrong):
    with pytest.raises(CourseError, match=f"got {len(wrong[0])} pictures, 3 captions and {len(wrong[2])} numbers"):
        viz.draw_clip(*wrong)


def test_a_ring_colors_the_tokens_that_share_a_name_with_the_first():
    ax = viz.draw_ring(["a", "b", "c", "d", "e", "f"])
    faces = [box.get_facecolor() for box in shapes_of(ax, FancyBboxPatch)]
    assert faces[1] == faces[5] and faces[2] == faces[3] == faces[4] and len(set(faces)) == 3


def test_pre_norm_keeps_the_numbers_of_the_slide():
    post, pre = (
        [text for text in words_of(viz.draw_encoder_layer(first)) if text.isdigit()] for first in (False, True)
    )
    assert (post, pre) == (list("123456"), list("312645"))
