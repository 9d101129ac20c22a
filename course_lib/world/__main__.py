"""Print twenty random training pairs with their word alignments (`python -m course_lib.world`)."""

from course_lib.world import Rng, make_pairs, split_words

pairs, rng = make_pairs("train"), Rng(seed=0)
for _ in range(20):
    pair = rng.pick(pairs)
    pt, en = split_words(pair.pt), split_words(pair.en)
    print(pair.pt, pair.en, "  " + "  ".join(f"{pt[i]}-{en[j]}" for i, j in pair.alignment), "", sep="\n")
