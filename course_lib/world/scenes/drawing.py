"""Draw scenes as SVGs, composed of the files in `drawings`, and render them as pixels.

In these files, CSS classes mark the parts to color: `colour` and `line` in things, and `skin`, `hair`, `shirt`,
`trousers`, `skirt`, and `hat` in people.
"""

import io
from typing import TYPE_CHECKING

from course_lib.world.scenes.art import drawing
from course_lib.world.scenes.layout import Spot
from course_lib.world.scenes.scene import Scene

if TYPE_CHECKING:
    import numpy  # imported only when a picture is rendered

HUES = {  # easy to distinguish, even with any kind of color blindness
    "red": "#cb0e03",
    "orange": "#f27a06",
    "yellow": "#fedd0c",
    "green": "#0ebd70",
    "blue": "#0361ed",
    "purple": "#591492",
    "black": "#0c0c0d",
    "white": "#ffffff",
    "brown": "#5a3522",
    "gray": "#96969b",
}
HAIRS = {"black": "#29231f", "brown": "#6e4424", "blond": "#e9bf5a", "red": "#b5512a", "gray": "#bdbab5"}
SKINS = ("#fbdcc0", "#e6b98f", "#c68e60", "#96613a", "#613d26")


def draw(scene: Scene) -> str:
    """Draw a scene, and return the text of the SVG."""
    layers = [(spot, scene.noun) for spot in scene.spots]
    if scene.person:
        layers.append((scene.person.spot, scene.person.kind))
    layers.sort(key=lambda layer: layer[0].bottom)
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 240 240" stroke-linejoin="round" stroke-linecap="round">'
        f"<style>{style(scene)}</style>{drawing(scene.place).shapes}{''.join(put(*layer) for layer in layers)}</svg>"
    )


def put(spot: Spot, name: str) -> str:
    """Return the SVG code of a drawing that is moved and scaled to its spot."""
    what = drawing(name)
    scale = spot.width / what.width
    left, top = spot.x - spot.width / 2, spot.bottom - scale * what.height
    if spot.flip:
        move = f"translate({left + spot.width:.1f} {top:.1f}) scale({-scale:.3f} {scale:.3f})"
    else:
        move = f"translate({left:.1f} {top:.1f}) scale({scale:.3f})"
    return f'<g transform="{move}">{what.shapes}</g>'


def style(scene: Scene) -> str:
    """Return the CSS rules that color the parts of a scene and hide the clothes that the person does not wear."""
    fills, hidden = {}, []
    if scene.colour:
        fills["colour"] = HUES[scene.colour]
    if scene.person:
        person = scene.person
        fills |= {
            "skin": SKINS[person.skin],
            "hair": HAIRS[person.hair],
            "shirt": HUES[person.shirt],
            person.bottom: HUES[person.bottom_colour],
            "hat": HUES.get(person.hat),
        }
        hidden = ["trousers"] if person.bottom == "skirt" else ["dress"]
        hidden += [] if person.hat else ["hat", "band"]
    rules = [f".{name}{{fill:{fill}}}" for name, fill in fills.items() if fill]
    rules += [f".{name}{{display:none}}" for name in hidden]
    return "".join(rules) + f".line{{stroke:{fills.get('colour', 'none')}}}"


def render(scene: Scene | str, pixels: int = 64) -> "numpy.ndarray":
    """Render a scene, or any SVG text, as an array of uint8 values, pixels x pixels x 3."""
    import numpy
    from PIL import Image

    return numpy.asarray(Image.open(io.BytesIO(render_png(scene, pixels))).convert("RGB"))


def render_png(scene: Scene | str, pixels: int = 64) -> bytes:
    """Render a scene, or any SVG text, as a square PNG file, and return its bytes."""
    import resvg_py

    svg = scene if isinstance(scene, str) else draw(scene)
    return bytes(resvg_py.svg_to_bytes(svg_string=svg, width=pixels, height=pixels, skip_system_fonts=True))
