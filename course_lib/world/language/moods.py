"""Functions that turn a clause into a statement, a negation, or a question."""

from course_lib.world.language.clauses import Clause
from course_lib.world.language.phrases import Phrase, Word, arrange, sequence, unit
from course_lib.world.rng import Rng

NOT = unit("não", "not")
FULL_STOP, QUESTION_MARK = unit(".", "."), unit("?", "?")


def affirm(clause: Clause) -> Phrase:
    """Return the clause as a statement, such as "ela comprou um livro ontem." (she bought a book yesterday.)"""
    return sequence(clause.subject.phrase, clause.verbal.plain, clause.complement, clause.place, clause.time, FULL_STOP)


def affirm_time_first(clause: Clause) -> Phrase:
    """Return a statement that starts with the time: "ontem ela comprou um livro." (yesterday she bought a book.)"""
    return sequence(clause.time, clause.subject.phrase, clause.verbal.plain, clause.complement, clause.place, FULL_STOP)


def affirm_without_pronoun(clause: Clause) -> Phrase:
    """Return a statement without the Portuguese pronoun, such as "comprei um livro ontem." (i bought a book yesterday.)

    The Portuguese verb form identifies the person, so the English pronoun is aligned with the verb.
    """
    (pronoun,) = clause.subject.phrase.en
    hidden = Phrase(en=(Word(pronoun.text, clause.verbal.plain.pt[0].links),))
    return sequence(hidden, clause.verbal.plain, clause.complement, clause.place, clause.time, FULL_STOP)


def negate(clause: Clause) -> Phrase:
    """Return the clause as a negation, such as "ela não comprou um livro." (she did not buy a book.)"""
    subject, rest = clause.subject.phrase, (clause.complement, clause.place, clause.time, FULL_STOP)
    return arrange(
        pt=(subject, NOT, clause.verbal.main, *rest),
        en=(subject, clause.verbal.auxiliary, NOT, clause.verbal.main, *rest),
    )


def ask(clause: Clause) -> Phrase:
    """Return the clause as a yes/no question, such as "ela comprou um livro?" (did she buy a book?)"""
    return inverted(clause, (clause.complement, clause.place, clause.time, QUESTION_MARK))


def ask_with(question_word: Phrase, clause: Clause, *rest: Phrase) -> Phrase:
    """Return a question with a question word, such as "onde ela comprou o livro?" (where did she buy the book?)

    Args:
        question_word: the question word, such as "onde" (where).
        clause: the clause that supplies the subject and the verb.
        rest: the other parts of the clause that the question contains: all except the answer.
    """
    return sequence(question_word, inverted(clause, (*rest, QUESTION_MARK)))


def inverted(clause: Clause, rest: tuple[Phrase, ...]) -> Phrase:
    """Return the clause with the English auxiliary before the subject. The Portuguese word order does not change."""
    subject = clause.subject.phrase
    return arrange(
        pt=(subject, clause.verbal.main, *rest),
        en=(clause.verbal.auxiliary, subject, clause.verbal.main, *rest),
    )


def in_some_mood(rng: Rng, clause: Clause) -> Phrase:
    """Return the clause as a statement (usually), a negation, or a question. A clause about "I" is never a question."""
    moods = {affirm: 6, negate: 2} if clause.subject.pronoun.word == "eu" else {affirm: 6, negate: 2, ask: 2}
    return rng.weighted(moods)(clause)
