"""Stories, cut into pieces of characters."""

from course_lib.data.story_characters import pieces, text, tokenizer


def test_the_pieces_one_after_the_other_are_the_text():
    cut = pieces(64, "validation")
    assert {len(piece) for piece in cut} == {64}
    joined = tokenizer().decode([id for piece in cut for id in piece])
    assert text("validation").startswith(joined) and 0 <= len(text("validation")) - len(joined) < 64
