"""`course chat` with a model of random weights: lines in, answers out, and the page's function without its page."""

import importlib
import importlib.util
import subprocess
import sys

import pytest
import torch
from PIL import Image

from course_lib.data import ImageProcessor
from course_lib.data.messages import pictures_of
from course_lib.generation import Chat, Sampler, likeliest
from course_lib.models import load_model, save_model
from course_lib.workshop.cli import web
from course_lib.workshop.cli.talkers import talker
from course_lib.workshop.convert import llm_to_hugging_face
from course_lib.workshop.fast import Fused
from tests.chats import ANSWERS, QUESTIONS, Prescribed, assistant, chat_llm, chat_template, chat_tokenizer, system, user
from tests.models.tiny import IMAGE_SIZE, tiny_vlm
from tests.workshop.cli.conftest import course

pytestmark = pytest.mark.usefixtures("shapes_unchecked")

command = importlib.import_module("course_lib.workshop.cli.chat")  # the package has a function of that name


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A folder with a chat model."""
    torch.manual_seed(7)
    folder = tmp_path_factory.mktemp("chat")
    save_model(chat_llm(), folder, chat_tokenizer())
    return folder


@pytest.fixture(scope="module")
def seeing(tmp_path_factory):
    """A folder with a model that sees, and a picture in it."""
    torch.manual_seed(7)
    folder, tokenizer = tmp_path_factory.mktemp("vlm"), chat_tokenizer().with_special("<image>")
    model = tiny_vlm(vocab_size=len(tokenizer), max_length=197)
    save_model(model, folder, tokenizer, ImageProcessor(size=(IMAGE_SIZE, IMAGE_SIZE)))
    Image.new("RGB", (31, 37), "orange").save(folder / "picture.png")
    return folder


@pytest.fixture
def scripted(monkeypatch):
    """Makes the model say given answers."""

    def script(*answers):
        monkeypatch.setattr(command, "choice", lambda temperature, top_p: Prescribed(*answers))

    return script


def say(folder, *lines, arguments=()):
    result = course("chat", "--model", folder, *arguments, input="".join(f"{line}\n" for line in lines))
    assert result.exit_code == 0, result.stderr
    return result


def test_each_line_is_answered_and_every_answer_has_its_speed(folder, scripted):
    scripted(*ANSWERS[:2])
    result = say(folder, QUESTIONS[0], "", QUESTIONS[1])
    assert result.stdout == f"{ANSWERS[0]}\n{ANSWERS[1]}\n"
    speeds = result.stderr.splitlines()
    assert len(speeds) == 2
    assert speeds[0].startswith(f"({len(chat_tokenizer().encode(ANSWERS[0]))} tokens, ")
    assert speeds[0].endswith(" per second)")


def test_the_same_input_gives_the_same_answers_which_differ_with_the_history(folder):
    arguments = ("--temperature", "1.5", "--top-p", "0.9")
    first, again = (say(folder, *QUESTIONS[:2], arguments=arguments).stdout for _ in range(2))
    assert first == again
    assert say(folder, QUESTIONS[1], arguments=arguments).stdout not in first


def test_a_conversation_is_remembered_until_it_is_reset(folder, scripted, monkeypatch):
    told = []
    monkeypatch.setattr(command, "answer", lambda talk, line: told.append(list(talk.messages)) or listen(talk, line))
    scripted(*ANSWERS[:3])
    result = say(folder, QUESTIONS[0], QUESTIONS[1], "/reset", QUESTIONS[2], arguments=("--system", "Be kind."))
    rule = system("Be kind.")
    assert told == [[rule], [rule, user(QUESTIONS[0]), assistant(ANSWERS[0])], [rule]]
    assert "(a new conversation)" in result.stderr


def listen(talk, line):
    return "".join(talk.say(line))


def test_nothing_is_answered_after_quit(folder, scripted):
    scripted(*ANSWERS[:2])
    assert say(folder, QUESTIONS[0], "/quit", QUESTIONS[1]).stdout == f"{ANSWERS[0]}\n"


def test_an_unknown_command_and_a_message_that_is_too_long_are_named_and_the_conversation_goes_on(folder, scripted):
    scripted(*ANSWERS[:2])
    result = say(folder, QUESTIONS[0], "/help", 50 * "very ", QUESTIONS[1])
    assert result.stdout == f"{ANSWERS[0]}\n{ANSWERS[1]}\n"
    assert "unknown command /help; there are /image FILE, /reset and /quit" in result.stderr
    assert "tokens, got" in result.stderr


def test_ctrl_c_stops_an_answer_and_not_the_conversation(folder, monkeypatch):
    script, calls = Prescribed(ANSWERS[0]), []

    def choose(logits):
        calls.append(logits)
        if len(calls) == 4:
            script.ids = chat_tokenizer().encode(ANSWERS[1])
            raise KeyboardInterrupt
        return script(logits)

    monkeypatch.setattr(command, "choice", lambda temperature, top_p: choose)
    result = say(folder, *QUESTIONS[:2])
    stopped, whole = result.stdout.splitlines()
    assert ANSWERS[0].startswith(stopped)
    assert 0 < len(stopped) < len(ANSWERS[0])
    assert whole == ANSWERS[1]
    assert result.stderr.splitlines()[0].endswith("stopped before its end)")


def test_dropped_turns_and_cut_answers_are_told(folder, scripted):
    scripted(*4 * [9 * "How are you? "])
    result = say(folder, *4 * [QUESTIONS[2]])
    assert "stopped before its end" in result.stderr
    assert "; oldest turns left out: " in result.stderr


def test_input_that_is_not_utf_8_is_read_as_well_as_can_be(folder, scripted):
    scripted(ANSWERS[0])
    assert course("chat", "--model", folder, input=b"Ol\xe1\n").stdout == f"{ANSWERS[0]}\n"


def test_tokens_are_chosen_greedily_or_by_temperature():
    assert command.choice(0, None) is likeliest
    sampler = command.choice(0.7, 0.9)
    assert isinstance(sampler, Sampler)
    assert (sampler.temperature, sampler.top_p) == (0.7, 0.9)


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["--top-p", "0.9"], "--top-p needs a --temperature above 0"),
        (["--temperature", "-1"], "'--temperature': Input should be greater"),
        (["--top-p", "1.5", "--temperature", "1"], "'--top-p': Input should be less"),
        (["--system", " "], "message 1, from the system, must not be empty"),
    ],
)
def test_settings_that_make_no_sense_are_refused(arguments, expected, folder):
    result = course("chat", "--model", folder, *arguments, input="Hello!\n")
    assert result.exit_code == 2
    assert expected in result.stderr


def test_a_checkpoint_in_the_layout_of_the_hub_answers_as_ours(folder, tmp_path):
    llm_to_hugging_face(load_model(folder)[0], tmp_path, chat_tokenizer())
    assert say(tmp_path, *QUESTIONS[:2]).stdout == say(folder, *QUESTIONS[:2]).stdout


class TestPictures:
    def test_pictures_are_shown_before_and_during_the_conversation(self, seeing, scripted):
        scripted(*ANSWERS[:2])
        picture = seeing / "picture.png"
        result = say(seeing, QUESTIONS[0], f"/image {picture}", QUESTIONS[1], arguments=("--image", picture))
        assert result.stdout == f"{ANSWERS[0]}\n{ANSWERS[1]}\n"
        assert f"(looking at {picture})" in result.stderr

    def test_a_picture_that_can_not_be_read_is_named(self, seeing, scripted):
        scripted(ANSWERS[0])
        assert "the picture cat.png does not exist" in say(seeing, "/image cat.png", QUESTIONS[0]).stderr
        result = course("chat", "--model", seeing, "--image", seeing / "config.json", input="Hello!\n")
        assert result.exit_code == 2
        assert "config.json can't be read" in result.stderr

    def test_a_model_that_reads_only_texts_says_so(self, folder, seeing, scripted):
        scripted(ANSWERS[0])
        assert "reads only text" in say(folder, "/image cat.png", QUESTIONS[0]).stderr
        result = course("chat", "--model", folder, "--image", seeing / "picture.png", input="Hello!\n")
        assert result.exit_code == 2
        assert "reads only text" in result.stderr


class TestPage:
    def talk(self, *answers):
        torch.manual_seed(7)
        return Chat(chat_llm(), chat_template(), Prescribed(*answers), max_new_tokens=30)

    def test_the_answer_grows_and_ends_with_what_it_took(self):
        answers, reports = zip(*web.respond(self.talk(ANSWERS[0]), QUESTIONS[0], []), strict=True)
        assert all(later.startswith(answer) for answer, later in zip(answers, answers[1:], strict=False))
        assert answers[-1] == ANSWERS[0]
        assert "per second" in reports[-1]
        assert "stopped" not in reports[-1]

    def test_what_the_page_shows_is_what_the_model_remembers(self):
        talk = self.talk(ANSWERS[1])
        history = [user([{"type": "text", "text": QUESTIONS[0]}]), assistant([{"type": "text", "text": ANSWERS[0]}])]
        list(web.respond(talk, QUESTIONS[1], history))
        assert talk.messages == [user(QUESTIONS[0]), assistant(ANSWERS[0]), user(QUESTIONS[1]), assistant(ANSWERS[1])]

    def test_pictures_of_the_page_are_remembered_with_what_was_said_about_them(self, seeing):
        talk = talker(seeing)(choose=Prescribed(*ANSWERS[1:3]), max_new_tokens=30)
        file = str(seeing / "picture.png")
        shown = [{"type": "file", "file": {"path": file}}]
        history = [user(shown), user([{"type": "text", "text": QUESTIONS[0]}]), assistant(ANSWERS[0])]
        answers = [answer for answer, _ in web.respond(talk, QUESTIONS[1], history, [file])]
        assert answers[-1] == ANSWERS[1]
        assert len(pictures_of(talk.messages)) == 2
        assert talk.processor is not None
        assert self.talk().processor is None

    def test_a_history_may_be_written_by_the_page_or_by_a_program_that_calls_it(self):
        by_page = [{"type": "file", "file": {"path": "a.png"}}, {"type": "text", "text": "b"}]
        for content in (by_page, [{"path": "a.png"}, "b"]):
            [question, answer] = web.remembered([user(content), assistant("c")])
            assert [part.get("image", part.get("text")) for part in question["content"]] == ["a.png", "b"]
            assert answer == assistant("c")

    def test_turns_without_an_answer_are_not_remembered(self):
        history = [user("a"), user("b"), assistant("c"), user("d"), assistant(" "), user("e")]
        assert web.remembered(history) == [user("b"), assistant("c")]

    def test_a_message_that_is_too_long_is_answered_with_the_reason(self):
        ((answer, report),) = web.respond(self.talk(), 50 * "very ", [])
        assert answer == ""
        assert "tokens, got" in report

    def test_no_folder_of_the_server_is_told(self, seeing, tmp_path):
        (file := tmp_path / "cat.png").write_text("no picture")
        ((_, report),) = web.respond(talker(seeing)(), QUESTIONS[0], [], [str(file)])
        assert report.startswith("(cat.png can't be read")
        history = [user([{"type": "file", "file": {"path": str(file)}}]), user(QUESTIONS[0]), assistant(ANSWERS[0])]
        ((_, report),) = web.respond(talker(seeing)(), QUESTIONS[1], history)
        assert report.startswith("(cat.png can't be read")

    def test_without_gradio_it_says_how_to_install_it(self, folder, monkeypatch):
        monkeypatch.setitem(sys.modules, "gradio", None)
        result = course("chat", "--model", folder, "--web")
        assert result.exit_code == 2
        assert "the page needs gradio; in" in result.stderr
        assert '-m pip install -e ".[web]"' in result.stderr

    @pytest.mark.skipif(not importlib.util.find_spec("gradio"), reason="gradio is not installed (extra: web)")
    def test_the_page_is_made(self):
        code = "import gradio; from course_lib.workshop.cli import web; print(web.page(gradio, None).title)"
        assert subprocess.check_output([sys.executable, "-c", code], text=True) == "course chat\n"


def test_on_a_processor_a_language_model_is_packed_and_a_large_one_is_not(folder, seeing, monkeypatch):
    monkeypatch.setenv("COURSE_DEVICE", "cpu")
    threads = torch.get_num_threads()
    try:
        assert isinstance(talker(folder)().model, Fused)
        assert torch.get_num_threads() == 1
        assert not isinstance(talker(seeing)().model, Fused)
        monkeypatch.setattr("course_lib.workshop.cli.talkers.LARGE", 1)
        assert not isinstance(talker(folder)().model, Fused)
    finally:
        torch.set_num_threads(threads)
