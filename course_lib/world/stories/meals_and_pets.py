"""Plots about meals and pets: the hero wants to eat something, or wants to have an animal."""

from course_lib.world.language.lexicon import nouns
from course_lib.world.stories.plot import PARTINGS, Plot

MEAL = Plot(
    things=nouns("bolo maçã laranja banana ovo biscoito pão"),
    places=nouns("parque jardim praça escola cozinha"),
    closings=PARTINGS,
    openings=(
        "{giver} brought {t} and {d} to {p}. {hero} wanted to eat {t}.",
        "{hero} was {p.in} and wanted to eat {t}. {giver} brought {t.a} and {d}.",
        "one day {hero} wanted to eat {t}. {giver} came to {p} with {t.a} and {d}.",
    ),
    middles=(
        "{giver} put {t} {f.in} and {d} {g.in}. {rival} and {animal} were there too.",
        "{giver} put {d} {g.in} and {t} {f.in}. then {rival} came with {animal}.",
        "{animal} was near {hero.obj}, and {rival} was there too. {giver} put {t} {f.in} and {d} {g.in}.",
    ),
    outcomes={
        "rival": (
            "{x} ate {t}, and {y} ate {d}.",
            "{y} ate {d}, and {x} ate {t}.",
            "{x} ate what was {f.in}, and {y} ate what was {g.in}.",
            "{y} ate what was {g.in}, and {x} ate what was {f.in}.",
            "{giver} gave {t} to {x.obj} and {d} to {y.obj}, and they ate.",
            "{y} did not eat {t}, but {x} ate {t.it}.",
        ),
        "giver": ("{giver} ate {v}, and {hero} ate {u}.", "{giver} gave {u} to {hero.obj} and ate {v}."),
        "animal": (
            "{x} ate {t}, and {y} ate {d}.",
            "{y} ate {d}, and {x} ate {t}.",
            "{x} ate what was {f.in}, and {y} ate what was {g.in}.",
            "{y} ate what was {g.in}, and {x} ate what was {f.in}.",
        ),
    },
    questions=(
        ("who ate {t}?", "{x} ate {t}."),
        ("what did {hero} want to eat?", "{hero} wanted to eat {t.a}."),
        ("where did {giver} put {t}?", "{giver} put {t.it} {f.in}."),
        ("where did {giver} put {d}?", "{giver} put {d.it} {g.in}."),
    ),
    happy="{hero} wanted to eat {t} and got {t.it}.",
    sad="{hero} wanted to eat {t}, but {x} ate {t.it}.",
)

PET = Plot(
    things=nouns("cachorro gato coelho pato galinha porco ovelha cavalo vaca"),
    tag="ANIMAL",
    places=nouns("parque jardim praça praia fazenda floresta"),
    openings=(
        "{hero} wanted {t}. {giver} lived near {near} and had {t.a} and {d}.",
        "{giver} had {t} and {d}. {hero} saw them and wanted to have {t}.",
        "{hero} had {t}. one day {t} ran away from {p}, and {hero} wanted to have {t.it} back.",
        "one day {hero} saw {t} and {d} near {near}. {hero} wanted to have {t}.",
    ),
    middles=(
        "{hero} went to {q} with {rival.obj}. {giver} was there with {d} and {t}.",
        "{hero} met {rival.obj} and {giver.obj} {q.in}. {t} and {d} ran to them.",
        "{rival} liked {t} too. {giver} was {q.in} with {t} and {d}.",
    ),
    outcomes={
        "rival": (
            "{giver} gave {t} to {x.obj} and {d} to {y.obj}.",
            "{giver} gave {d} to {y.obj} and {t} to {x.obj}.",
            "{t} followed {x.obj}, and {d} followed {y.obj}.",
            "{d} went away with {y.obj}, and {t} went away with {x.obj}.",
            "{t} ran to {y.obj} first. then {t.it} ran from {y.obj} to {x.obj} and stayed with {x.obj}.",
            "{y} was given {t} by {giver.obj}, but {y} gave {t.it} to {x.obj}.",
            "{t} went to live with {x.obj}, and {d} went to live with {y.obj}.",
        ),
        "giver": (
            "{giver} gave {u} to {hero.obj} and kept {v}.",
            "{giver} took {v} home and gave {u} to {hero.obj}.",
            "{u} followed {hero.obj}, and {v} followed {giver.obj}.",
        ),
    },
    questions=(
        ("who had {t} in the end?", "{x} had {t}."),
        ("what did {hero} want?", "{hero} wanted to have {t}."),
        ("where was {giver}?", "{giver} was {q.in}."),
    ),
    happy="{hero} wanted to have {t} and got {t.it}.",
    sad="{hero} wanted to have {t}, but {x} got {t.it}.",
)
