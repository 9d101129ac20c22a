"""Whether two results say the same, and if not, where they part: any kind of number, in whatever it is wrapped."""

import re
from collections.abc import Hashable
from dataclasses import dataclass, replace
from numbers import Number

import numpy as np
import torch

from course_lib.workshop.exercises.shown import BOOLS, held_by, is_bool, is_mask, is_whole, kind_of, show, sizes
from course_lib.workshop.remote import is_missing

COARSE = {
    torch.float16: 2**-10,
    np.dtype("float16"): 2**-10,
    torch.bfloat16: 2**-7,
}  # what rounding may move a number by
ANY_OTHER = object()  # in the place of a value: whatever else stands there
LATER = "after two different wrong answers in one session, you see it here"


class Text(str):
    """A text that a function returned. It is compared to the letter; one that somebody typed is not."""


@dataclass(frozen=True)
class Member:
    """In the place of a set: any that holds this wrong member, or lacks this right one but has others of them."""

    name: Hashable
    true: frozenset

    @property
    def belongs(self):
        """Whether it is in the true set."""
        return self.name in self.true

    def fits(self, given):
        """Whether a given set is one of these."""
        members = members_of(given) or set()
        if not self.belongs:
            return plain(self.name) in members
        return plain(self.name) not in members and not members.isdisjoint(map(plain, self.true))

    def spoil(self, true):
        """The true set with this mistake."""
        return true - {self.name} if self.belongs else true | {self.name}


def members(true, reasons, part=None):
    """Known mistakes, from reasons why a member belongs to a true set, or why it doesn't: (reason, `Member`) each."""
    found = ((why, Member(name, frozenset(true))) for name, why in reasons.items())
    return [(why, member if part is None else {part: member}) for why, member in found]


@dataclass(frozen=True)
class Difference:
    """Where a result first differs from the true one.

    Args:
        text: what the result has there, as a sentence.
        place: the index, as axis -> number.
        part: the part of a dict.
        true: what it should have there, if that is a value.
        is_missing: whether the part is not there at all; that needs no cause.
    """

    text: str
    place: dict
    part: Hashable = None
    true: str = ""
    is_missing: bool = False

    def in_words(self, tell=True):
        """The whole sentence, with the true value or without."""
        if not self.true:
            return self.text
        return self.text + (f", the true value is {self.true}" if tell else f"; {LATER}")


def returned(value):
    """Return what a function returned so that its texts are compared to the letter: each is a `Text`."""
    if isinstance(value, dict):
        return {name: returned(part) for name, part in value.items()}
    if isinstance(value, set | frozenset | list) or type(value) is tuple:
        return type(value)(map(returned, value))
    return Text(value) if isinstance(value, str) else value


def as_tensor(value):
    """Numbers of any kind and wrapping as a tensor in double precision; None if they are no rectangle of numbers."""
    if isinstance(value, str | dict | set) or value is None:
        return None
    if isinstance(value, list | tuple) and value:
        parts = [as_tensor(part) for part in value]
        same_shape = all(part is not None and part.shape == parts[0].shape for part in parts)
        return torch.stack(parts) if same_shape else None
    try:
        if isinstance(value, Number | np.ndarray):  # torch knows no fractions, and no arrays that run backwards
            value = np.array(value, dtype=np.float64)
        return torch.as_tensor(value).detach().cpu().to(torch.float64)
    except (TypeError, ValueError, RuntimeError, OverflowError):
        return None


def first_difference(given, true, tolerance, axes=()):
    """The first `Difference` between a given result and the true one, or None if they say the same."""
    if true is ANY_OTHER or (isinstance(true, Member) and true.fits(given)):
        return None
    if isinstance(true, Member):
        return Difference(f"yours is {show(given)}", {})
    if isinstance(true, dict):
        return difference_of_dicts(given, true, tolerance)
    if isinstance(true, str | set | frozenset):
        return difference_of_words(given, true)
    if is_mask(true) and kind_of(given) not in BOOLS:
        return Difference(f"this must hold True and False, {held_by(given)}", {})
    numbers, true_numbers = as_tensor(given), as_tensor(true)
    if true_numbers is None:
        return difference_of_lists(given, true, tolerance)
    if numbers is None or (is_bool(given) and not is_bool(true)):
        return Difference(f"yours is {show(given)}", {}, true=show(true))
    if numbers.shape != true_numbers.shape:
        return Difference(f"yours {sizes(numbers)}, the true one {sizes(true_numbers)}", {})
    tolerance = max(tolerance, *(COARSE.get(getattr(value, "dtype", None), 0) for value in (given, true)))
    wrong = ~torch.isclose(numbers, true_numbers, rtol=tolerance, atol=tolerance, equal_nan=True)
    if is_whole(true):  # one more or less is wrong, however large the number is
        wrong |= (numbers - true_numbers).abs() >= 0.5
    if not wrong.any():
        return None
    index = wrong.nonzero()[0].tolist()
    place = dict(zip(axes, index, strict=True)) if len(axes) == len(index) else {}
    named = ", ".join(f"{axis} {i}" for axis, i in place.items()) or (f"at {index}" if index else "")
    pair = [show(tensor[tuple(index)].item(), kind_of(true)) for tensor in (numbers, true_numbers)]
    return Difference(f"{named}: ".lstrip(": ") + f"yours is {pair[0]}", place, true=pair[1])


def difference_of_dicts(given, true, tolerance):
    """The first of the true parts that the given ones lack or have otherwise."""
    if not isinstance(given, dict):
        return Difference(f"yours is {show(given)}, expected a dict with {', '.join(map(str, true))}", {})
    for name, part in true.items():
        if is_missing(given.get(name)):
            if any(str(other) == name and other != name for other in given):
                return Difference(f'the names of the parts are texts: write "{name}", not {name}', {})
            empty = " (it is None)" if name in given and given[name] is None else ""
            return Difference(f"{name} is still missing{empty}", {}, is_missing=True)
        if difference := first_difference(given[name], part, tolerance):
            return replace(difference, text=f"{name}: {difference.text}", part=name)
    return None


def difference_of_lists(given, true, tolerance):
    """The first place at which two lists of unlike parts differ."""
    if not isinstance(given, list | tuple) or len(given) != len(true):
        return Difference(f"yours is {show(given)}", {}, true=show(true))
    for place, pair in enumerate(zip(given, true, strict=True)):
        if difference := first_difference(*pair, tolerance):
            return replace(difference, text=f"part {place}: {difference.text}")
    return None


def difference_of_words(given, true):
    """Typed words are compared without capitals and blanks that say nothing, also as a list; a set takes any order.

    A set of letters may be one text, with blanks or commas between them. What a function returned must be the same.
    """
    if isinstance(true, Text):
        same = isinstance(given, str) and given == true
    elif isinstance(true, str):
        listed = isinstance(given, list | tuple) and all(isinstance(word, str) for word in given)
        text = " ".join(given) if listed else given
        same = isinstance(text, str) and in_order(text) == in_order(true)
    else:
        same = members_of(given) == set(map(plain, true))
    return None if same else Difference(f"yours is {show(given)}", {}, true=show(true))


def members_of(given):
    """The members of what stands for a set, as text; None if it stands for none."""
    given = given.tolist() if isinstance(given, torch.Tensor | np.ndarray) else given
    several = isinstance(given, set | frozenset | list | tuple | str | range)
    return set(map(plain, given)) - {"", ","} if several else None


def in_order(text):
    """A text without capitals, and with one blank between words, none before a full stop."""
    return re.sub(r"\s+(?=[.,;!?])", "", " ".join(text.lower().split()))


def plain(member):
    """A member of a set as text: the number 7 alike in every wrapping, a pair also as a list."""
    if isinstance(member, list | tuple):
        return f"({', '.join(map(plain, member))})"
    if isinstance(member, Text):
        return str(member)
    value = member.item() if hasattr(member, "item") else member
    return str(int(value) if isinstance(value, float) and value.is_integer() else value).strip().lower()


def agrees(given, wrong, tolerance):
    """Whether a given result is the one that a mistake leads to."""
    return not is_missing(wrong) and first_difference(given, wrong, tolerance) is None
