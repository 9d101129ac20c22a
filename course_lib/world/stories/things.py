"""Plots about things: the hero hopes for a gift, looks for a lost thing, or wants to buy something."""

from course_lib.world.language.lexicon import nouns
from course_lib.world.stories.plot import Plot

GIFT = Plot(
    things=nouns(
        "bola boneca pipa livro caneta lápis caixa chapéu casaco garrafa flor relógio flauta violão bicicleta barco "
        "presente cesta copo desenho quadro planta jogo"
    ),
    openings=(
        "{hero} wanted {t}. {giver} had {t.a} and {d}.",
        "{giver} had {t} and {d}. {hero} wanted to have {t}.",
        "{hero} wanted {t}, and {rival} wanted {d}. {giver} had both of them.",
        "{giver} lived in a house near {near} and had many things. {hero} wanted to have {t}.",
        "{giver} bought {t} and {d}. {hero} wanted {t}.",
    ),
    middles=(
        "{hero} went to {p} and met {giver.obj} there. {rival} was there too.",
        "{hero} went to {p} with {rival.obj}. {giver} was there.",
        "{hero} went to {p} and asked {giver.obj} for {t}. {rival} came too.",
        "{hero} went to {p}. {rival} and {giver} were there.",
    ),
    outcomes={
        "rival": (
            "{giver} gave {t} to {x.obj} and {d} to {y.obj}.",
            "{giver} gave {d} to {y.obj} and {t} to {x.obj}.",
            "{x} was given {t} by {giver.obj}, and {y} was given {d}.",
            "{y} was given {d} by {giver.obj}, and {x} was given {t}.",
            "{giver} gave {t} to {y.obj}. then {y} gave {t.it} to {x.obj}.",
            "first {giver} gave {t} to {y.obj}, but then {x} took {t.it} from {y.obj}.",
            "{y} took {t} from {giver.obj} and gave {t.it} to {x.obj}.",
            "{giver} did not give {t} to {y.obj}, but to {x.obj}.",
            "{giver} gave {t} to {x.obj}, not to {y.obj}.",
        ),
        "giver": (
            "{giver} gave {u} to {hero.obj} and kept {v}.",
            "{giver} kept {v} and gave {u} to {hero.obj}.",
            "{giver} did not want to give {v} to {hero.obj}. {hero} was given {u}.",
        ),
    },
    questions=(
        ("who had {t} in the end?", "{x} had {t}."),
        ("what did {hero} want?", "{hero} wanted {t.a}."),
        ("where did {hero} go?", "{hero} went to {p}."),
    ),
    happy="{hero} wanted {t} and got {t.it}.",
    sad="{hero} wanted {t}, but {x} got {t.it}.",
)

SEARCH = Plot(
    things=nouns(
        "bola boneca pipa chave presente relógio lápis caneta livro carta foto desenho "
        "chapéu camisa casaco bicicleta cesta"
    ),
    openings=(
        "{hero} had {t}. one day {hero} lost {t.it} {p.in}.",
        "{hero} lost {t} {p.in}. {hero} wanted to find {t.it}.",
        "{hero} lost {t} {p.in}, and {rival} lost {d}. {hero} was sad.",
        "one day {hero} was {p.in}. there {hero} lost {t}.",
    ),
    middles=(
        "{hero} looked for {t} {p.in} and {q.in}, but {t.it} was not there. {rival} helped {hero.obj}.",
        "{hero} looked for {t}, first {p.in} and then {q.in}. {rival} came too.",
        "{hero} went to {q} to look for {t}. {rival} was there.",
        "{hero} cried. {rival} and {giver} looked for {t} {q.in}.",
    ),
    outcomes={
        "rival": (
            "{giver} found {t} and {d} near {near}. {giver} gave {t} to {x.obj} and {d} to {y.obj}.",
            "{giver} found {d} and {t} near {near} and brought {d} to {y.obj} and {t} to {x.obj}.",
            "{y} found {t} near {near} and gave {t.it} to {x.obj}.",
            "{giver} found {t} and gave {t.it} to {y.obj}, but {y} gave {t.it} to {x.obj}.",
            "{x} found {t} near {near}, and {y} found {d}.",
            "{y} found {d} near {near}, and {x} found {t}.",
            "{giver} found {t} near {near} and brought {t.it} to {x.obj}, not to {y.obj}.",
        ),
        "giver": (
            "{giver} found {t} and {d} near {near}. {giver} gave {u} to {hero.obj} and kept {v}.",
            "{giver} found {d} and {t} near {near}. {giver} kept {v} and gave {u} to {hero.obj}.",
            "{giver} found {d} and {t}. {giver} took {v} home and brought {u} to {hero.obj}.",
        ),
    },
    questions=(
        ("who had {t} in the end?", "{x} had {t}."),
        ("what did {hero} lose?", "{hero} lost {t.a}."),
        ("where did {hero} lose {t}?", "{hero} lost {t.it} {p.in}."),
    ),
    happy="{hero} lost {t} and got {t.it} back.",
    sad="{hero} lost {t}, and {x} got {t.it}.",
)

SHOP = Plot(
    things=nouns(
        "chapéu camisa casaco bola caneta lápis caixa bicicleta carro barco piano violão relógio livro "
        "mesa cadeira quadro"
    ),
    alike=True,
    openings=(
        "{hero} wanted {t} and went to {store}.",
        "{hero} wanted to buy {t}, and {rival} wanted to buy {d}. they went to {store}.",
        "{hero} did not have a {t.noun} and went to {store}. {hero} wanted to buy {t}.",
        "{hero} and {rival} went to {store}. {hero} wanted {t}.",
    ),
    middles=(
        "{store} had {t.a} and {d.a}, and {rival} looked at them.",
        "{hero} saw {t.a} and {d.a} there, and {rival} saw them too.",
        "{store} was full. {rival} saw {d.a} and {t.a} there.",
        "{giver} worked in {store}. {hero} looked at {t.a} and {d.a}, and {rival} looked at them too.",
    ),
    outcomes={
        "rival": (
            "{x} bought {t}, and {y} bought {d}.",
            "{y} bought {d}, and {x} bought {t}.",
            "{y} bought {t} and gave {t.it} to {x.obj}.",
            "{y} wanted to pay for {t}, but {x} bought {t.it} first.",
            "{t} was {t.price}, and {d} was {d.price}. "
            "{x} bought the {t.price} {t.noun}, and {y} bought the {d.price} {d.noun}.",
            "{d} was {d.price}, and {t} was {t.price}. "
            "{y} bought the {d.price} {d.noun}, and {x} bought the {t.price} {t.noun}.",
            "{x} had money for {t}, but {y} had no money for {t.it}.",
        ),
        "giver": (
            "{giver} bought {t} and {d}. {giver} gave {u} to {hero.obj} and kept {v}.",
            "{giver} bought {d} and {t}. {giver} kept {v} and gave {u} to {hero.obj}.",
        ),
    },
    questions=(
        ("who had {t} in the end?", "{x} had {t}."),
        ("what did {hero} want?", "{hero} wanted {t.a}."),
        ("which {t.noun} did {hero} want?", "{hero} wanted {t}."),
    ),
    happy="{hero} wanted {t} and got {t.it}.",
    sad="{hero} wanted {t}, but {x} got {t.it}.",
)
