"""Exercises of lesson 26: inference and alignment of a vision-language model."""

from course_lib.exercises.exercise import Exercise
from course_lib.exercises.preferring import PREFER
from course_lib.exercises.scores import SCORE
from course_lib.exercises.solutions import Edit
from course_lib.exercises.talking import TALK
from course_lib.exercises.values import members

# 26.1 Three forms
FORMS = ("normal", "ambiguous", "word")
QUESTIONS = (
    ("Which single word is on the shirt?", "The word on the shirt is Rio.", "Rio."),
    ("What word stands on the bus of the woman?", "On the bus stands the word zoo.", "Zoo."),
    ("Where is the man with the hat?", "The man is on the beach.", "On the beach."),
)


def form_cases(seed):
    """A question, its answer as a sentence and as a word, and its prompts as `ask` should return them."""
    return [(*each, {form: ask(each[0], form) for form in FORMS}) for each in (QUESTIONS[seed % 2], QUESTIONS[2])]


def ask_and_say(functions, question, sentence, word, prompts):
    """Apply each function to each form."""
    mine, say = functions
    due_answers = {f"due, {form}": say(prompts[form], sentence, word) for form in FORMS}
    return {form: mine(question, form) for form in FORMS} | due_answers


def ask(question, form):
    """A question in one of the three forms."""
    short = "Answer the question using a single word or phrase."
    return {"normal": question, "ambiguous": f"Q: {question} A:", "word": f"{question}\n{short}"}[form]


def due(prompt, sentence, word):
    """The answer that the prompt asks for."""
    return word if prompt.endswith("using a single word or phrase.") else sentence


# 26.3 What is invented?


def told():
    return {"invented": {"B", "C", "E"}, "rate": 100 * 3 / 9, "per noun": 100 * 4 / 20, "goes along": 100 * 2 / 3}


# 26.4 Where does it look?


def looks():
    return {"A": "castle", "B": "text", "C": "shirt", "D": "everywhere", "row": 26, "patch": divmod(13 - 2, 4)}


EXERCISES = [
    Exercise(
        id="26.1",
        title="Three forms",
        points=2,
        truth=(ask, due),
        cases=form_cases,
        run=ask_and_say,
        mistakes=[
            (
                "normal: the normal prompt is the question, and nothing else",
                Edit('"normal": question → "normal": f"Q: {question}"'),
            ),
            (
                "normal: the normal prompt is the question, and nothing else",
                Edit('"normal": question → "normal": f"Q: {question} A:"'),
            ),
            ("ambiguous: A: is missing, behind which the answer comes", Edit('f"Q: {question} A:" → f"Q: {question}"')),
            ("ambiguous: both stand on one line here", Edit('f"Q: {question} A:" → f"Q: {question}\\nA:"')),
            (
                "ambiguous: this one says nothing about the form",
                Edit('f"Q: {question} A:" → f"Q: {question} A:\\n{short}"'),
            ),
            (
                "word: the question comes first, then the form",
                Edit('f"{question}\\n{short}" → f"{short}\\n{question}"'),
            ),
            ("word: the form stands on a line of its own", Edit('f"{question}\\n{short}" → f"{question} {short}"')),
            ("word: nothing says which form is wanted", Edit('f"{question}\\n{short}" → question')),
            (
                "word: the question is asked as it is, without Q: and A:",
                Edit('f"{question}\\n{short}" → f"Q: {question} A:\\n{short}"'),
            ),
            (
                "the ambiguous prompt was answered in sentences in training",
                Edit(
                    'prompt.endswith("using a single word or phrase.") → "word or phrase." in prompt or "A:" in prompt'
                ),
            ),
            (
                "a question may have these words in it, too; look for the whole instruction",
                Edit('prompt.endswith("using a single word or phrase.") → "word" in prompt or "phrase" in prompt'),
            ),
            (
                "the formatting prompt asks for a word",
                Edit('prompt.endswith("using a single word or phrase.") → False'),
            ),
            ("the other two ask for sentences", Edit('prompt.endswith("using a single word or phrase.") → True')),
            ("it is the other way round", Edit("word if prompt → word if not prompt")),
        ],
    ),
    SCORE,
    Exercise(
        id="26.3",
        title="What is invented?",
        points=2,
        truth=told,
        tolerance=3e-3,
        mistakes=[
            ("who leaves something out invents nothing", {"invented": set("BCEGF")}),
            ("these are the ones that invent nothing", {"invented": set("ADFGHI")}),
            ("a description counts once, however much it invents", {"rate": 400 / 9}),
            ("of descriptions; this is of nouns", {"rate": 20}),
            (
                "of nine descriptions, three invent something; this is the share of the others, or of pictures",
                {"rate": 200 / 3},
            ),
            *[("of nouns; this is of descriptions", {"per noun": 100 * n / 9}) for n in (3, 4)],
            ("C invents two things", {"per noun": 15}),
            ("20 nouns are named, 4 of them invented: divide by all of them", {"per noun": 25}),
            ("J says that there is no cat: it doesn't go along", {"goes along": 100}),
            ("only three of the five premises are false", {"goes along": 40}),
            ("L denies what is there: wrong, but its premise is true", {"goes along": 60}),
            ("three premises are false, those of J, K and N: the man and the house are there", {"goes along": 75}),
            ("this is the share that doesn't go along", {"goes along": 100 / 3}),
            ("places and clothes don't count as nouns here", {"per noun": 100 * 4 / 23}),
            *members(
                told()["invented"],
                {
                    **{x: f"all that {x} names is in its picture" for x in "AGHI"},
                    "D": "the farm's drawing has a house: D invents nothing",
                    "F": "a wrong number or colour is wrong, but nothing that isn't there",
                    **{x: f"one invented thing is enough: {x}" for x in "BCE"},
                },
                "invented",
            ),
        ],
    ),
    Exercise(
        id="26.4",
        title="Where does it look?",
        points=2,
        truth=looks,
        mistakes=[
            *[("A is red where the castle is", {"A": n}) for n in ("shirt", "text", "everywhere")],
            *[("B has 2 % on the picture: the red says where these are", {"B": n}) for n in ("shirt", "castle")],
            ("B has 2 % on the picture: it reads the text", {"B": "everywhere"}),
            *[("C is red where the shirt is", {"C": n}) for n in ("castle", "text", "everywhere")],
            *[("D is as red everywhere", {"D": n}) for n in ("castle", "shirt")],
            ("D has 90 % on the picture: it doesn't read the text", {"D": "text"}),
            ("the row before: it reads where the next token is chosen", {"row": 27}),
            ("this is the row of a token before that", {"row": 25}),
            ("the first patch is at position 2, not 0", {"patch": (3, 1)}),
            ("the first patch is at position 2, not 1", {"patch": (3, 0)}),
            ("row first, then column", {"patch": (3, 2)}),
            ("rows and columns are counted from 0", {"patch": (3, 4)}),
            *[("this is a place in the answer; the rows are those of the whole text", {"row": n}) for n in (4, 5)],
        ],
    ),
    PREFER,
    TALK,
]
