"""Photographs that scikit-learn brings, and folders of pieces of them with captions, as people keep their own."""

import json

from PIL import Image

WORDS = ("top", "middle", "bottom"), ("left", "centre", "right")
EDGE = 131


def photographs():
    """A temple by a lake, and a flower, in color."""
    from sklearn.datasets import load_sample_images  # takes a second, in every process that collects tests

    return [Image.fromarray(pixels) for pixels in load_sample_images().images]


def pieces(count):
    """So many pieces of the photographs, no two alike, each with a caption that says where it is from."""
    photos = photographs()
    for number in range(count):
        photo, step = photos[number % 2], number // 2
        left, top = 89 * step % (photo.width - EDGE), 53 * step % (photo.height - EDGE)
        row, column = WORDS[0][3 * top // photo.height], WORDS[1][3 * left // photo.width]
        thing = ("a temple", "a flower")[number % 2]
        yield photo.crop((left, top, left + EDGE, top + EDGE - number)), f"{thing}, {row} {column}"


def write_described(folder, count, suffix="jpg", **columns):
    """Write pieces of the photographs to a folder, and a line about each; `columns` are added to all lines."""
    folder.mkdir(parents=True, exist_ok=True)
    rows = []
    for number, (picture, caption) in enumerate(pieces(count)):
        picture.save(folder / f"{number:02}.{suffix}")
        rows.append({"file_name": f"{number:02}.{suffix}", "caption": caption, **columns})
    write_metadata(folder, rows)
    return rows


def write_metadata(folder, rows):
    """Write `metadata.jsonl` with these rows."""
    (folder / "metadata.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
