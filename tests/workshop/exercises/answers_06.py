"""Answers to the exercises of lesson 06."""

RIGHT = {}

WRONG = {
    "06.1": [({"precision 2": 0.4}, "precision 2: yours is 0.4, the true value is 0.25")],
    "06.2": [({"beam": "c"}, "beam: yours is 'c', the true value is 'b'")],
    "06.3": [({"free-running": 0}, "free-running: yours is 0, the true value is 0.3333")],
    "06.4": [({"1": "missing"}, "1: yours is 'missing', the true value is 'article'")],
}
