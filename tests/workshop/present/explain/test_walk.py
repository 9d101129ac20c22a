"""The walk through a page: each step has its slide, its lesson and a few sentences; lessons name steps that exist."""

import pytest

from course_lib.workshop.lessons import LESSONS
from course_lib.workshop.present.alive import NAMED
from course_lib.workshop.present.repository import address_of_lessons
from tests.javascript import run
from tests.models.tiny import tiny_llm, tiny_vlm
from tests.notebooks.lesson import LESSON_FILES
from tests.toys import tiny_translator, toy_tokenizer
from tests.workshop.present.explain.live_page import opened, written
from tests.workshop.present.explain.twins import contents

MODELS = {
    "translator": tiny_translator,
    "chat": lambda: tiny_llm(num_layers=2, window_sizes=(3, None)),
    "vlm": tiny_vlm,
}
BY_NAME = {lesson.name: lesson for lesson in LESSONS}


@pytest.fixture(scope="module", params=MODELS)
def walk(request):
    """The parts of a page."""
    javascript = f"""
        import {{ load_model }} from "./models/store.js";
        import {{ {request.param}_parts }} from "./view/{request.param}_parts.js";
        const result = {request.param}_parts({{ model: load_model(contents) }});
    """
    return request.param, run(javascript, contents=contents(MODELS[request.param]()))


def test_each_step_has_a_text_and_a_slide_of_its_lesson_or_none(walk):
    for part in walk[1]:
        assert part["text"], part
        slides = BY_NAME[part["lesson"]].slides if part["lesson"] in BY_NAME else [part["slide"]]
        assert not part["slide"] or any(is_of(part["slide"], slide) for slide in slides), part


def test_a_step_whose_lesson_is_not_in_the_course_says_so():
    javascript = """
        import { lesson_link } from "./view/walk.js";
        const result = [undefined, { title: "Lesson 17", file: "17.ipynb", address: "" }].map(lesson_link);
    """
    assert run(javascript) == ["no lesson of this course", "Lesson 17 (17.ipynb)"]


def is_of(title, slide):
    return title.startswith(slide) or slide.startswith(title)


def test_a_lesson_names_a_step_that_is_there(walk):
    name, parts = walk
    named = [found for path in LESSON_FILES for found in NAMED.findall(path.read_text(encoding="utf-8"))]
    steps = {step for model, step in named if model == name} - {""}
    assert steps <= {part["name"] for part in parts}


@pytest.mark.parametrize(
    ("address", "found"),
    [
        ("https://github.com/someone/course.git", "https://github.com/someone/course/blob/HEAD/notebooks/{}.ipynb"),
        ("https://git.example/course", ""),
        ("", ""),
    ],
)
def test_lessons_are_read_where_the_repository_shows_them(address, found):
    assert address_of_lessons(address) == found


def named(name):
    """A lesson as a page names it, and its file."""
    if name not in BY_NAME:
        return "no lesson of this course", None
    lesson = BY_NAME[name]
    return f"Lesson {lesson.number:02}: {lesson.title}", lesson.stem


@pytest.mark.parametrize("lessons", ["../notebooks/{}.html", ""])
def test_a_step_leads_to_its_lesson_or_names_its_file(lessons, offline, tmp_path):
    tokenizer = toy_tokenizer()
    model = tiny_translator(vocab_size=len(tokenizer), max_length=97)
    for page in opened(offline, written(tmp_path / "mine", model, tokenizer, lessons=lessons)):
        found = page.tab.evaluate("[...document.querySelectorAll('.slide a')].map((a) => a.getAttribute('href'))")
        lesson, stem = named("encoder_decoder")
        assert found == [lessons.format(stem)] * bool(lessons and stem)
        file = f" (notebooks/{stem}.ipynb)" * bool(stem and not lessons)
        assert page.texts(".slide") == [f"Slide “Translator (Encoder-Decoder)” · {lesson}{file}"]
        page.click("part-9")
        assert page.texts(".slide")[0].startswith(f"Beside the slides · {named('searching_and_scoring')[0]}")
