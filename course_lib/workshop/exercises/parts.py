"""What a wrong part of a dict has to do with its other parts: two exchanged, or one number written twice."""

import contextlib

from course_lib.workshop.exercises.values import agrees, as_tensor


def beside(pairs, part, tolerance):
    """What a part is that is wrong in these pairs of a given and a true dict, in words; None if none of the others."""
    if part is None:
        return None
    with contextlib.suppress(AttributeError):  # a given result may be no dict
        pairs = [pair for pair in pairs if not agrees(pair[0].get(part), pair[1][part], tolerance)]
        if all(isinstance(value, set) for _, true in pairs for value in true.values()):
            return misplaced(*pairs[0])
        for other in pairs[0][1]:
            if all(are_exchanged(*pair, part, other, tolerance) for pair in pairs):
                return f"{part} and {other} are exchanged"
            if all(tells_the_other(*pair, part, other, tolerance) for pair in pairs):
                return f"this is {other}; asked for is {part}"
    return None


def misplaced(given, true):
    """The members of the first wrong set that belong to another one, if each belongs to one."""
    everything = set().union(*true.values())
    for part, members in true.items() if len(everything) == sum(map(len, true.values())) else ():
        if strangers := sorted(map(str, (everything - members).intersection(given.get(part) or ()))):
            return f"{' and '.join(strangers)} in {part} belong{'s' * (len(strangers) == 1)} somewhere else"
    return None


def are_exchanged(given, true, part, other, tolerance):
    """Whether each of two parts has what belongs to the other."""
    return agrees(given.get(part), true[other], tolerance) and agrees(given.get(other), true[part], tolerance)


def tells_the_other(given, true, part, other, tolerance):
    """Whether the number, or numbers, of another part stand here, and are not such as come out of many a mistake."""
    numbers = as_tensor(true[other])
    if numbers is None or not numbers.numel() or is_common(numbers):
        return False
    return agrees(given.get(part), true[other], min(tolerance, 1e-3))


def is_common(numbers, least=100):
    """Whether numbers are whole ones below the `least` rare one, or all the same."""
    return bool(((numbers == numbers.round()) & (numbers.abs() < least)).all()) or (
        numbers.numel() > 1 and bool((numbers == numbers.flatten()[0]).all())
    )
