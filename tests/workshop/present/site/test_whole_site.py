"""The whole site: links lead somewhere, nothing comes from elsewhere, search finds, everybody can use it."""

import contextlib
import http.server
import re
import threading
from functools import cache, partial
from urllib.parse import unquote, urldefrag

import nbformat
import pytest
from bs4 import BeautifulSoup

from course_lib.workshop.lessons import CAPSTONE, LESSONS
from course_lib.workshop.present.site import Site
from course_lib.workshop.present.site.build import LESSON
from course_lib.workshop.present.site.lesson import LIVE, LessonOnSite
from tests.notebooks.lesson import LESSON_FILES
from tests.workshop.exercises.editions import SOURCES
from tests.workshop.present.accessibility import barriers
from tests.workshop.present.test_exporter import CODE, FORMULA

pytestmark = pytest.mark.slow
ADDRESS = "https://github.com/someone/course"
TEN = (
    "index.html",
    *(f"notebooks/{LESSONS[place].stem}.html" for place in (0, len(LESSONS) // 2, -1)),
    "notebooks/exercises/index.html",
    f"notebooks/exercises/release/{SOURCES[-1].stem}/{SOURCES[-1].stem}.html",
    "library/nn.html",
    "studies/positions.html",
    "glossary.html",
    "search.html",
)


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """The folder of the site, with buttons."""
    out = tmp_path_factory.mktemp("site") / "site"
    Site(address=ADDRESS).build(out)
    return out


@pytest.fixture(scope="module")
def server(site):
    """The address at which the site is served."""
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=site)) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *arguments):
        pass


@pytest.fixture
def page(chromium, server):
    """A page of the browser; `complaints` are errors, and what was asked of others than the server."""
    with contextlib.closing(chromium.new_context(base_url=server)) as context:
        page = context.new_page()
        page.complaints = []
        page.on("console", lambda said: page.complaints.extend([said.text] * (said.type == "error")))
        page.on("pageerror", lambda error: page.complaints.append(str(error)))
        page.on("request", lambda asked: page.complaints.extend([asked.url] * (not is_of(server, asked.url))))
        yield page


def is_of(server, url):
    return url.startswith((server, "data:", "blob:"))


@cache
def parsed(path):
    return BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser")


@cache
def anchors(path):
    return {element[name] for name in ("id", "name") for element in parsed(path).find_all(attrs={name: True})}


def made_by_sphinx(site):
    return [path for path in sorted(site.rglob("*.html")) if path.relative_to(site).parts[0] not in ("decks", "live")]


def is_broken(site, path, link):
    target, anchor = urldefrag(link)
    file = (path.parent / unquote(target)).resolve() if target else path
    file = file / "index.html" if file.is_dir() else file
    if not file.is_file() or not file.is_relative_to(site):
        return True
    has_anchors = file.suffix == ".html" and file.parent.name != LIVE  # of live pages, a script makes all
    return bool(anchor) and has_anchors and unquote(anchor) not in anchors(file)


def test_a_live_page_leads_to_each_lesson_and_lessons_to_live_pages(site):
    for lesson in LESSONS:
        assert (site / LIVE / LESSON.format(lesson.stem)).resolve().is_file()
    pages = [parsed(site / "notebooks" / f"{lesson.stem}.html") for lesson in LESSONS]
    alive = [link["href"] for page in pages for link in page.select(".elsewhere a") if link.text == "Alive"]
    assert any(re.fullmatch(r"\.\./live/[a-z]+\.html#[\w%]+", link) for link in alive)


def test_the_capstone_stands_among_the_exercises(site):
    listed = [
        link["href"] for link in parsed(site / "notebooks" / "exercises" / "index.html").select("article a[href]")
    ]
    assert f"release/{CAPSTONE.stem}/{CAPSTONE.stem}.html" in listed
    assert (site / "alone" / "exercises" / f"{CAPSTONE.stem}.ipynb").is_file()


def test_every_link_within_the_site_leads_to_a_page_and_a_place_on_it(site):
    broken = {
        f"{path.relative_to(site)}: {link['href']}"
        for path in [*made_by_sphinx(site), *(site / "decks").iterdir()]
        for link in parsed(path).find_all("a", href=True)
        if not re.match(r"https?://(?!localhost)", link["href"])
        and is_broken(site.resolve(), path.resolve(), link["href"])
    }
    assert sorted(broken) == []


def test_nothing_is_loaded_from_elsewhere(site):
    loaded = {
        element.get("src") or element.get("href")
        for path in made_by_sphinx(site)
        for element in parsed(path).select("[src], link[rel=stylesheet], link[rel=icon], link[rel=preload]")
    }
    assert [address for address in loaded if re.match(r"(https?:)?//", address)] == []
    styles = [path.read_text(encoding="utf-8") for path in site.rglob("*.css")]
    assert [found for style in styles for found in re.findall(r"url\(\s*[\"']?(?:https?:)?//[^)]*", style)] == []


@pytest.mark.parametrize("path", LESSON_FILES, ids=lambda path: path.stem)
def test_a_lesson_has_all_its_formulas_and_the_words_of_all_its_figures(path, site):
    cells = nbformat.read(path, as_version=4).cells
    html = parsed(site / "notebooks" / f"{path.stem}.html")
    prose = [CODE.sub("", cell.source) for cell in cells if cell.cell_type == "markdown"]
    assert len(html.select("article math")) == sum(len(FORMULA.findall(text)) for text in prose)
    outputs = [output for cell in cells for output in cell.get("outputs", []) if "image/png" in output.get("data", {})]
    words = [output.metadata["image/png"]["alt"] for output in outputs]
    assert [image["alt"] for image in html.select(".cell_output img")] == words


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda lesson: lesson.stem)
def test_the_buttons_of_a_lesson_open_its_lecture_its_exercises_and_the_student_edition(lesson, site):
    part = LessonOnSite(lesson, ADDRESS)
    for path in filter(None, (part.page, part.sheet)):
        html = parsed(site / path.replace(".ipynb", ".html"))
        links = {link.text: link["href"] for link in html.select(".elsewhere a")}
        file = links["Open in Colab"].partition("/blob/gh-pages/")[2]
        opened = nbformat.read(site / file, as_version=4)
        assert "course_lib" in opened.cells[0].source
        assert not re.search(r"### (BEGIN|END) SOLUTION", nbformat.writes(opened))
        assert links.keys() >= {"Notebook", "Open in Codespaces"}
    assert (site / part.deck).exists()


@pytest.mark.parametrize("words", ["rotary", "causal mask", "nucleus"])
def test_search_finds(words, page):
    page.goto(f"/search.html?q={words.replace(' ', '+')}")
    page.wait_for_selector("#search-results li a")
    titles = page.locator("#search-results li > a").all_inner_texts()
    assert any(re.match(r"\d\d · ", title) for title in titles), titles
    assert page.complaints == []


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("path", TEN)
def test_axe_finds_nothing_serious(path, theme, page):
    page.emulate_media(color_scheme=theme)
    page.goto(f"/{path}")
    assert barriers(page) == []
    assert page.complaints == []


def test_the_keyboard_alone_reaches_everything(page):
    page.goto("/notebooks/01_attention_heads.html")
    wanted = page.locator("a[href]:visible, button:visible, input:visible, summary:visible").count()
    reached = set()
    for _ in range(wanted + 40):  # what scrolls can be reached, too
        page.keyboard.press("Tab")
        reached.add(page.evaluate("[...document.querySelectorAll('*')].indexOf(document.activeElement)"))
    missed = page.evaluate(
        "reached => [...document.querySelectorAll('a[href], button, input, summary')]"
        ".filter(item => item.checkVisibility({ visibilityProperty: true }) && item.tabIndex >= 0)"
        ".filter(item => !item.matches('.back-to-top'))"  # it comes while one scrolls up
        ".filter(item => !reached.includes([...document.querySelectorAll('*')].indexOf(item)))"
        ".map(item => item.outerHTML.slice(0, 100))",
        list(reached),
    )
    assert missed == []


@pytest.mark.parametrize("size", [(1280, 720), (390, 844)], ids=["desk", "phone"])
@pytest.mark.parametrize("path", TEN)
def test_no_page_is_wider_than_its_window(path, size, page):
    page.set_viewport_size(dict(zip(("width", "height"), size, strict=True)))
    page.goto(f"/{path}")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
