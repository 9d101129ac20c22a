"""What a wrong text, or a wrong set, has in common with the true one."""

from course_lib.workshop.exercises.values import as_tensor, in_order, plain


def pattern_of_texts(given, true):
    """How a text differs from the true one, if it hardly does."""
    if isinstance(given, list | tuple) and len(given) == 1 and given[0] == true:
        return "this is a list; the text alone was meant"
    if not isinstance(given, str) and as_tensor(given) is not None:
        return "this is no text; a word, or several, were meant"
    if isinstance(given, str) and not given.strip():
        return "this text is empty"
    if isinstance(given, str) and in_order(true) != in_order(given) and in_order(true) in in_order(given).split():
        return "this has more than one word; one was meant"
    alike = isinstance(given, str) and in_order(given) == in_order(true)
    return "only capitals or blanks differ; a text must be the same to the letter" if alike else None


def pattern_of_sets(given, true):
    """Whether the members of a set are too few or too many."""
    if not isinstance(given, set | frozenset | list | tuple):
        return None
    given, true = set(map(plain, given)), set(map(plain, true))
    if true - given and not given - true:
        return "some are missing, and none is too many" if given else "nothing was found"
    return "some are too many, and none is missing" if given - true and not true - given else None
