"""Pictures: whatever can be looked at is read, and what can't be is named."""

import io

import numpy as np
import pytest
from PIL import Image

from course_lib.data import open_picture
from course_lib.data.pictures import with_channels
from course_lib.errors import CourseError

HEIGHT, WIDTH = 13, 17


def noise(*channels, seed=0):
    return np.random.default_rng(seed).integers(0, 256, (HEIGHT, WIDTH, *channels), dtype=np.uint8)


@pytest.mark.parametrize("kind", ["PNG", "BMP", "GIF", "WEBP", "TIFF", "JPEG"])
def test_files_of_many_kinds_are_read(kind, tmp_path):
    Image.fromarray(noise(3)).save(path := tmp_path / f"picture.{kind.lower()}")
    assert open_picture(path).size == (WIDTH, HEIGHT)
    assert open_picture(str(path)).size == (WIDTH, HEIGHT)
    assert open_picture({"bytes": path.read_bytes(), "path": None}).size == (WIDTH, HEIGHT)
    assert open_picture({"bytes": None, "path": str(path)}).size == (WIDTH, HEIGHT)


def test_a_picture_in_memory_stays_what_it_is():
    picture = Image.fromarray(noise(3))
    assert open_picture(picture) is picture
    assert np.array_equal(with_channels(picture, 3), noise(3))


@pytest.mark.parametrize("channels", [(), (1,), (3,), (4,)])
def test_arrays_of_bytes_are_pictures(channels):
    picture = open_picture(noise(*channels))
    assert picture.size == (WIDTH, HEIGHT)
    assert np.array_equal(np.array(picture), noise(*channels).squeeze(2) if channels == (1,) else noise(*channels))


@pytest.mark.parametrize(
    "array",
    [noise(2), noise(5), noise(3).astype(np.float32), noise()[0], noise(3)[None], np.zeros((0, 5, 3), np.uint8)],
    ids=["2 channels", "5 channels", "floats", "1 axis", "4 axes", "empty"],
)
def test_other_arrays_are_refused_with_what_they_are(array):
    with pytest.raises(CourseError, match=r"1, 3, or 4 channels, got \w+, \(.*\)"):
        open_picture(array)


def test_gray_becomes_color_and_color_gray():
    gray = with_channels(open_picture(noise()), 3)
    assert gray.shape == (HEIGHT, WIDTH, 3)
    assert np.array_equal(gray, np.repeat(noise()[..., None], 3, axis=2))
    assert with_channels(open_picture(noise(3)), 1).shape == (HEIGHT, WIDTH, 1)


@pytest.mark.parametrize("mode", ["RGBA", "LA", "P"])
def test_what_is_transparent_shows_white(mode):
    picture = Image.fromarray(noise(4))
    picture.putalpha(Image.fromarray(np.where(np.arange(WIDTH) < 5, 0, 255).astype(np.uint8)[None].repeat(HEIGHT, 0)))
    if mode == "P":
        picture = picture.convert("RGB").quantize(7)
        picture.info["transparency"] = picture.getpixel((0, 0))
        assert (with_channels(picture, 3)[0, 0] == 255).all()
    else:
        pixels = with_channels(picture.convert(mode), 3)
        assert (pixels[:, :5] == 255).all()
        assert np.array_equal(pixels[:, 5:], np.array(picture.convert(mode).convert("RGB"))[:, 5:])


def test_a_photo_is_turned_as_the_camera_was_held(tmp_path):
    picture, turned = Image.fromarray(noise(3)), Image.Exif()
    turned[0x0112] = 6  # to be turned by a quarter
    picture.save(path := tmp_path / "photo.png", exif=turned)
    assert open_picture(path).size == (HEIGHT, WIDTH)


@pytest.mark.parametrize("kind", ["PNG", "JPEG"])
@pytest.mark.parametrize("share", [0.0, 0.1, 0.5, 0.9])
def test_a_file_that_is_cut_short_is_named(kind, share, tmp_path):
    Image.fromarray(noise(3)).save(buffer := io.BytesIO(), kind)
    data = buffer.getvalue()
    (path := tmp_path / "cut").write_bytes(data[: int(share * len(data))])
    with pytest.raises(CourseError, match="cut can't be read: "):
        open_picture(path)
    with pytest.raises(CourseError, match="cut can't be read: "):
        open_picture({"bytes": path.read_bytes() or b"\0", "path": "some/cut"})


def test_a_text_is_no_picture(tmp_path):
    (path := tmp_path / "letter.png").write_text("Dear all,")
    with pytest.raises(CourseError, match=r"letter\.png can't be read: cannot identify"):
        open_picture(path)
    with pytest.raises(CourseError, match="the picture .*absent.png does not exist"):
        open_picture(tmp_path / "absent.png")
    with pytest.raises(CourseError, match="a picture must be a Pillow picture, a file, or an array, got int"):
        open_picture(7)


@pytest.mark.parametrize("dtype", ["<u2", ">u2"], ids=["low byte first", "high byte first"])
@pytest.mark.parametrize("kind", ["PNG", "TIFF", "memory"])
def test_gray_of_16_bits_keeps_its_shades(kind, dtype, tmp_path):
    ramp = np.linspace(0, 65535, HEIGHT * WIDTH).round().reshape(HEIGHT, WIDTH)
    picture = Image.fromarray(ramp.astype(dtype))
    if kind != "memory":
        picture.save(path := tmp_path / f"ramp.{kind.lower()}")
        picture = open_picture(path)
    for channels in (1, 3):
        pixels = with_channels(picture, channels)
        assert np.abs(pixels - ramp[..., None] / 257).max() <= 0.5 + 1e-9
        assert pixels.shape == (HEIGHT, WIDTH, channels)


@pytest.mark.filterwarnings("ignore:Conversion of an array")
def test_what_is_transparent_in_16_bits_shows_white(tmp_path):
    picture = Image.fromarray(np.where(np.arange(WIDTH) < 5, 4000, 30000).astype(np.uint16)[None].repeat(HEIGHT, 0))
    picture.save(path := tmp_path / "grey.png", transparency=4000)
    pixels = with_channels(open_picture(path), 1)
    assert (pixels[:, :5] == 255).all()
    assert (pixels[:, 5:] == 117).all()


@pytest.mark.parametrize(("dtype", "mode"), [(np.float32, "F"), (np.int32, "I")])
def test_values_of_which_none_is_white_are_refused(dtype, mode, tmp_path):
    picture = Image.fromarray(np.linspace(0, 1, HEIGHT * WIDTH).reshape(HEIGHT, WIDTH).astype(dtype))
    picture.save(path := tmp_path / "depth.tiff")
    for source, name in ((path, "depth.tiff"), (picture, "a picture")):
        with pytest.raises(CourseError, match=rf"{name} must have 8 or 16 bits per channel, got mode {mode}"):
            open_picture(source)


@pytest.mark.filterwarnings("ignore::PIL.Image.DecompressionBombWarning")
def test_a_small_file_with_too_many_pixels_is_refused_before_it_fills_the_memory(tmp_path):
    Image.new("L", (8_009, 8_011)).save(path := tmp_path / "night.png")
    assert path.stat().st_size < 100_000
    with pytest.raises(CourseError, match=r"night\.png must have at most 64,000,000 pixels, got 8,009 x 8,011"):
        open_picture(path)
