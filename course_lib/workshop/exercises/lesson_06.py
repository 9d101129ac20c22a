"""Exercises of lesson 06: searching and scoring."""

from course_lib.workshop.exercises.exercise import Exercise


# 06.1 BLEU on paper
def scores():
    return {"precision 1": 4 / 5, "precision 2": 1 / 4, "penalty": 0.8187}


# 06.2 A beam of two
def search():
    return {"greedy": "a", "greedy p": 0.24, "beam": "b", "beam p": 0.36, "per token": -0.5108, "error": "model"}


# 06.3 Teacher-forced against free-running
def comparison():
    return {"writes": "the dog sleeps .", "teacher-forced": 5 / 6, "free-running": 2 / 6}


# 06.4 Rules or phrases?
# held-out pairs of each kind


def judgment():
    return {
        "rules": "B",
        "all": (900 * 88 + 600 * 85) / 1500,
        "1": "article",
        "2": "missing",
        "3": "copied",
    }


EXERCISES = [
    Exercise(id="06.1", title="BLEU on paper", points=2, truth=scores, tolerance=3e-3),
    Exercise(id="06.2", title="A beam of two", points=2, truth=search, tolerance=3e-3),
    Exercise(id="06.3", title="Teacher-forced against free-running", points=2, truth=comparison, tolerance=5e-3),
    Exercise(id="06.4", title="Rules or phrases?", points=2, truth=judgment, tolerance=1e-3),
]
