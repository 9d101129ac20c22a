"""Questions about scenes: exact answers in the slide's three forms, and as much yes as no."""

import re
from collections import Counter
from functools import cache

import pytest

from course_lib.world.language.writing import NUMBERS
from course_lib.world.scenes import has_held_out_shirt, has_held_out_thing, make_scenes
from course_lib.world.scenes.cast import DRAWABLES, LABELS, SHOWN, WITHHELD_SHIRTS
from course_lib.world.scenes.dialogues import HELD_OUT_WORDINGS, make_scene_dialogues, practice, turns
from course_lib.world.scenes.questions import FORMS, false_premises
from course_lib.world.scenes.questions import questions as all_questions
from course_lib.world.scenes.truth import invented, named
from course_lib.world.scenes.wordings import WORDINGS
from course_lib.world.splits import normalize

questions = cache(all_questions)  # each test asks them all about the same scenes
KINDS_OF_QUESTIONS = {"object", "count", "colour", "place", "yes/no", "person", "side"}


@pytest.fixture(scope="module")
def scenes():
    return make_scenes("test")


def about(scene, text):
    """The question with this text."""
    return next(question for question in questions(scene) if question.text == text)


def test_the_slides_question_has_the_slides_answers_in_its_three_forms(scenes):
    scene = next(s for s in scenes if s.person and (s.person.kind, s.person.shirt) == ("man", "yellow"))
    question = about(scene, "What is the color of the shirt that the man is wearing?")
    assert question.turn("normal") == {
        "user": "What is the color of the shirt that the man is wearing?",
        "assistant": "The man is wearing a yellow shirt.",
    }
    assert question.turn("ambiguous") == {
        "user": "Q: What is the color of the shirt that the man is wearing? A:",
        "assistant": "The man is wearing a yellow shirt.",
    }
    assert question.turn("word") == {
        "user": "What is the color of the shirt that the man is wearing?\n"
        "Answer the question using a single word or phrase.",
        "assistant": "Yellow.",
    }


def test_there_are_questions_of_all_kinds_and_about_a_person_only_where_there_is_one(scenes):
    for scene in scenes:
        kinds = {question.kind for question in questions(scene)}
        assert kinds <= KINDS_OF_QUESTIONS
        assert {"person", "side"} <= kinds if scene.person else not {"person", "side"} & kinds
        assert {"object", "count", "place", "yes/no"} <= kinds
    assert {question.kind for scene in scenes for question in questions(scene)} == KINDS_OF_QUESTIONS


def test_half_of_the_yes_no_questions_are_answered_by_yes(scenes):
    for scene in scenes:
        asked = [question for question in questions(scene) if question.kind == "yes/no"]
        answers = Counter(question.word for question in asked)
        assert answers["Yes."] == answers["No."] > 0
        assert all(question.sentence.startswith(question.word[:-1] + ", ") for question in asked)


def grams(text, length=4):
    """All runs of so many words in a text, the names of what is asked about among them."""
    words = normalize(text).split()
    return {tuple(words[i : i + length]) for i in range(len(words) - length + 1)}


def test_held_out_wordings_share_no_four_words_in_a_row_with_any_known_one():
    shown = set().union(*(grams(way) for wordings in WORDINGS.values() for way in wordings.known))
    for topic, wordings in WORDINGS.items():
        assert len(set(wordings.known)) == len(wordings.known) > 1, topic
        assert wordings.held_out, topic
        for way in wordings.held_out:
            assert len(normalize(way).split()) >= 4, way
            assert not grams(way) & shown, way


def test_wordings_are_sentences_with_all_their_words(scenes):
    for scene in scenes[:97]:
        for question in (*questions(scene), *false_premises(scene)):
            for text in (*question.wordings(), *question.wordings(held_out_wording=True)):
                assert re.fullmatch(r"[A-Z][^{}]*[?.]", text), text
                assert "  " not in text


def test_whoever_is_asked_about_and_not_there_is_named_in_every_wording(scenes):
    for scene in scenes[:97]:
        for question in false_premises(scene):
            for text in (*question.wordings(), *question.wordings(held_out_wording=True)):
                nouns = named(text) or {"hat"}
                assert "hat" in text or nouns - {scene.person and scene.person.kind}, text


def test_only_what_is_held_out_is_asked_in_held_out_wordings_and_says_so(scenes):
    held_out_wording = {
        text for scene in scenes for q in questions(scene) for text in q.wordings(held_out_wording=True)
    }
    assert not any(asked_in(held_out_wording, turn) for scene in make_scenes("train", 199) for turn in turns(scene))
    for scene in scenes[::3]:
        for turn in turns(scene):
            assert asked_in(held_out_wording, turn) == ("wording" in turn.held_out)
    share = Counter("wording" in turn.held_out for scene in scenes for turn in turns(scene))
    assert share[True] / share.total() == pytest.approx(HELD_OUT_WORDINGS, abs=0.02)


def asked_in(texts, turn):
    """Whether a turn asks in one of these texts, whatever its form."""
    return any(turn.user == form.format(text) for form in FORMS.values() for text in texts & parts(turn.user))


def parts(user):
    """What a turn may ask, without its form."""
    return {user, user.removeprefix("Q: ").removesuffix(" A:"), user.split("\n")[0]}


def test_questions_whose_answers_name_a_held_out_combination_say_which(scenes):
    for scene in scenes:
        for question in questions(scene):
            if question.held_out == "thing":
                assert has_held_out_thing(scene)
                assert question.kind in ("object", "colour", "yes/no")
            if question.held_out == "shirt":
                assert has_held_out_shirt(scene)
                assert "shirt" in question.text
        told = {question.held_out for question in questions(scene)}
        assert has_held_out_thing(scene) == ("thing" in told)
        assert has_held_out_shirt(scene) == ("shirt" in told)


def test_a_no_is_true(scenes):
    for scene in scenes:
        for question in questions(scene):
            noun = re.fullmatch(r"Is there an? (\w+) in the picture\?", question.text)
            if noun and question.word == "No.":
                assert noun[1] != scene.noun
                assert scene.person is None or noun[1] != scene.person.kind
                assert noun[1] not in SHOWN.get(scene.place, ())


def test_counts_and_sides_and_places_are_those_of_the_record(scenes):
    for scene in scenes:
        words = {question.kind: question.word for question in questions(scene)}
        assert words["count"] == f"{NUMBERS[scene.count - 1].capitalize()}."
        assert scene.place in words["place"]
        assert words.get("side", "").lower() == (f"{scene.side}." if scene.person else "")


def test_no_question_tells_its_answer(scenes):
    for scene in scenes:
        for question in questions(scene):
            if question.kind != "yes/no":
                assert not re.search(rf"\b{re.escape(question.word[:-1].lower())}\b", question.text.lower()), question


def test_answers_begin_with_a_capital_and_end_in_a_full_stop(scenes):
    for scene in scenes[:97]:
        for question in questions(scene):
            for answer in (question.sentence, question.word):
                assert re.fullmatch(r"[A-Z][^.]*\.", answer)
                assert not re.search(r"\b[aA] [aeiou]|\b[aA]n [^aeiou]", answer)


def test_absent_things_are_all_of_the_others(scenes):
    absent = Counter(
        re.fullmatch(r"Is there an? (\w+) in the picture\?", question.text)[1]
        for scene in scenes
        for question in questions(scene)
        if question.word == "No." and "there" in question.text
    )
    assert set(LABELS) <= set(absent)


def test_the_turns_about_a_scene_are_of_different_kinds_and_of_all_forms(scenes):
    for scene in scenes[:97]:
        kinds = [turn.kind for turn in turns(scene)]
        assert len(kinds) == len(set(kinds)) == 4
    forms = Counter(turn.form for scene in scenes for turn in turns(scene))
    assert set(forms) == set(FORMS)
    assert all(0.3 < number / sum(forms.values()) < 0.37 for number in forms.values())


def test_turns_answer_yes_as_often_as_no(scenes):
    said = Counter(turn.assistant[:2] for scene in scenes for turn in turns(scene) if turn.kind == "yes/no")
    assert 0.45 < said["Ye"] / (said["Ye"] + said["No"]) < 0.55


def test_the_dialogues_of_a_split_are_about_its_scenes():
    assert [scene for scene, _ in make_scene_dialogues("validation")] == make_scenes("validation")


def test_false_premises_are_about_what_is_not_in_the_picture(scenes):
    for scene in scenes:
        asked = {question.text: question for question in false_premises(scene)}
        assert len(asked) >= 2
        assert asked.keys().isdisjoint(question.text for question in questions(scene))
        for text, question in asked.items():
            missing = re.fullmatch("There is no (.*) in the picture.", question.sentence)[1]
            assert missing in text or named(text) == {missing}
            assert missing == "hat" and not scene.person.hat or invented(scene, missing) == {missing}
            assert (question.kind, question.word) == ("premise", "None.")


def test_the_same_questions_are_asked_where_their_premises_are_true(scenes):
    true = {question.text for scene in scenes for question in questions(scene)}
    assert all(question.text in true for scene in scenes[:200] for question in false_premises(scene))


def test_what_is_not_there_is_never_asked_for_if_training_shows_it_in_no_such_color(scenes):
    for scene in scenes[::3]:
        denied = [question.sentence for question in (*questions(scene), *false_premises(scene))]
        denied += [turn.assistant for turn in practice(scene) if turn.form != "word"]
        for noun in re.findall(r"[Tt]here is no (\w+) in the picture\.", " ".join(denied)):
            if noun in DRAWABLES:
                assert not scene.colour or DRAWABLES[noun].held_out != scene.colour
            if noun in WITHHELD_SHIRTS and scene.person:
                assert scene.person.shirt not in WITHHELD_SHIRTS[noun]


def test_practice_asks_as_often_for_what_is_there_or_worn_as_for_what_is_not(scenes):
    asked = [turn for scene in scenes for turn in practice(scene, shirts=5)]
    for about_shirts in (False, True):
        said = Counter(turn.assistant[:2] for turn in asked if ("shirt" in turn.user) == about_shirts)
        assert 0.48 < said["Ye"] / (said["Ye"] + said["No"]) < 0.52
    kinds = Counter(turn.kind for turn in asked)
    people, hats = sum(bool(s.person) for s in scenes), sum(bool(s.person and s.person.hat) for s in scenes)
    assert kinds == {"yes/no": 2 * len(scenes) + 6 * people, "colour": hats}


def test_jumbled_practice_asks_the_same_in_known_wordings_with_their_words_in_another_order(scenes):
    moved = 0
    for scene in scenes[:97]:
        plain, jumbled = practice(scene, shirts=2), practice(scene, shirts=2, jumbled=1)
        assert Counter(turn.assistant for turn in plain) == Counter(turn.assistant for turn in jumbled)
        assert practice(scene, shirts=2, jumbled=0) == plain
        assert len(practice(scene, shirts=2, others=3)) == len(plain) + 3
        for ordered, turn in zip(plain, jumbled, strict=True):
            assert sorted(turn.user.split()) == sorted(ordered.user.split())
            moved += turn.user != ordered.user
    assert moved > 97


def test_practice_answers_whether_something_is_there_or_worn_by_what_the_scene_has(scenes):
    for scene in scenes[:300]:
        there = {scene.noun, scene.person and scene.person.kind}
        for turn in practice(scene, shirts=5):
            if turn.kind == "yes/no" and "shirt" not in turn.user:
                [noun] = named(turn.user)
                assert (noun in there) == turn.assistant.startswith("Yes")
            if turn.kind == "yes/no" and "shirt" in turn.user:
                assert (scene.person.shirt in turn.user.lower()) == turn.assistant.startswith("Yes")


def test_practice_never_asks_for_a_held_out_shirt_that_nobody_wears(scenes):
    for scene in scenes[::3]:
        held_out_wording = set(WITHHELD_SHIRTS[scene.person.kind]) - {scene.person.shirt} if scene.person else ()
        asked = " ".join(f" {turn.user.lower()}" for turn in practice(scene, shirts=5) if "shirt" in turn.user)
        assert not any(f" {colour}" in asked for colour in held_out_wording)
