"""A deck in a browser: what is on the screen, and what the lecturer's keys do."""

SIZES = {"720p": (1280, 720), "1080p": (1920, 1080)}

SHOWN = """() => [...document.querySelectorAll('.slides .step')].map((step, place) => ({ step, place }))
    .filter(({ step }) => step.closest('section.present section.present'))
    .filter(({ step }) => step.checkVisibility({ visibilityProperty: true }))
    .map(({ step, place }) => [place, step.classList[1]])"""
OUTSIDE = """() => [...document.querySelectorAll('section.present section.present .body *')]
    .filter(item => item.checkVisibility({ visibilityProperty: true }) && !item.closest('math *'))
    .filter(item => {
        const box = item.getBoundingClientRect();
        const isCut = item.matches('pre') && item.scrollWidth > item.clientWidth + 1;
        return isCut || box.left < -1 || box.top < -1 || box.right > innerWidth + 1 || box.bottom > innerHeight + 1;
    })
    .map(item => `${item.tagName} of ${item.closest('section').id}`)"""
# The same walk as with keys, within the page: a lesson has hundreds of steps, and each would go through four processes.
WALK = f"""({{ keyCode, shiftKey, backwards }}) => {{
    const shown = {SHOWN}, outside = {OUTSIDE}, seen = [];
    const isOver = () => backwards ? Reveal.isFirstSlide() && !Reveal.availableFragments().prev
                                   : Reveal.isLastSlide() && !Reveal.availableFragments().next;
    while (!isOver() && seen.length < 999) {{ // a key that leads nowhere ends, too
        document.dispatchEvent(new KeyboardEvent('keydown', {{ keyCode, shiftKey, bubbles: true }}));
        seen.push([Math.max(-1, ...shown().map(([place]) => place)), outside()]);
    }}
    return seen;
}}"""
KEY_CODES = {"Space": 32, "ArrowLeft": 37, "ArrowRight": 39}
SMALLEST_CODE = """() => Math.min(...[...document.querySelectorAll('.slides .step.code pre')].map(pre =>
    parseFloat(getComputedStyle(pre).fontSize) * (pre.closest('.step').style.zoom || 1) * Reveal.getScale()))"""


class DeckOnPage:
    """The deck that a page has opened."""

    def __init__(self, page, path, size="720p", query=""):
        self.page = page
        width, height = SIZES[size]
        page.set_viewport_size({"width": width, "height": height})
        page.goto(path.as_uri() + query)
        page.wait_for_selector("body[data-ready]", state="attached")

    @property
    def last_step(self):
        """The place, among all steps, of the last one that the room sees."""
        return max((place for place, _ in self.page.evaluate(SHOWN)), default=-1)

    @property
    def kinds(self):
        """The kinds of the steps that the room sees."""
        return [kind for _, kind in self.page.evaluate(SHOWN)]

    @property
    def count(self):
        return self.page.evaluate("document.querySelectorAll('.slides .step').length")

    @property
    def outside(self):
        """What reaches beyond the screen."""
        return self.page.evaluate(OUTSIDE)

    @property
    def smallest_code(self):
        """Pixels of the screen."""
        return self.page.evaluate(SMALLEST_CODE)

    def show(self, slide):
        """All steps of the slide with this place."""
        go = "place => { const { h, v } = Reveal.getIndices(Reveal.getSlides()[place]); Reveal.slide(h, v, 999); }"
        self.page.evaluate(go, slide)

    def is_at(self, end):
        return self.page.evaluate(
            "Reveal.isLastSlide() && !Reveal.availableFragments().next"
            if end == "end"
            else "Reveal.isFirstSlide() && !Reveal.availableFragments().prev"
        )

    def walk(self, key, end):
        """Press a key until the end; yields the last step that is seen each time, and what is beyond the screen."""
        while not self.is_at(end):
            self.page.keyboard.press(key)
            yield self.last_step, self.outside

    def walk_fast(self, key, end):
        """The same with keys that the page presses by itself."""
        pressed = {"keyCode": KEY_CODES[key.removeprefix("Shift+")], "shiftKey": key.startswith("Shift+")}
        return self.page.evaluate(WALK, pressed | {"backwards": end == "start"})

    def swipe(self, to_the_right):
        """Draw a finger across the slide."""
        session = self.page.context.new_cdp_session(self.page)
        start, stop = (300, 900) if to_the_right else (900, 300)
        for kind, points in (("Start", [start]), ("Move", [(start + stop) / 2]), ("Move", [stop]), ("End", [])):
            touches = [{"x": x, "y": 300} for x in points]
            session.send("Input.dispatchTouchEvent", {"type": f"touch{kind}", "touchPoints": touches})
        session.detach()
