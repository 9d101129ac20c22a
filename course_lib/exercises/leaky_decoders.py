"""03.4, Find the leak: decoders that keep to the past, and decoders that look ahead, each in another way."""

import torch


def decoders():
    """Functions T D -> T D: those that keep to the past, and those that do not."""

    def honest(x):
        return x.cumsum(dim=0) / torch.arange(1, len(x) + 1)[:, None]

    def blind(x):
        return torch.zeros_like(x)

    def centred(x):
        return honest(x) - x.mean(dim=0)

    def by_the_total(x):
        return honest(x) / x.logsumexp(dim=(0, 1))  # any change moves it, that of a sign, too

    def shifted(x):
        return x.roll(-1, dims=0)

    def faintly(x):
        return honest(x) + 1e-5 * x.flip(0).cumsum(dim=0).flip(0)

    def and_more(rows, more):
        def decoder(x):
            y = honest(x).clone()
            y[rows] = y[rows] + more(x)
            return y

        return decoder

    at_one_place = and_more(slice(2, 3), lambda x: x[3:4].sum(dim=0))
    at_the_end_only = and_more(slice(-2, -1), lambda x: x[-1])
    from_afar = and_more(slice(1, 2), lambda x: x[4:5].sum(dim=0))
    at_the_beginning_only = and_more(slice(1), lambda x: x[1:2].sum(dim=0))

    def balanced(x):
        y = torch.zeros_like(x)  # so that all sums are exactly 0, along each axis and over everything
        y[:2, :2] = x[-1].sum() * torch.tensor([[1.0, -1.0], [-1.0, 1.0]])[: len(x)]
        return y

    everywhere, somewhere = (centred, by_the_total, shifted, faintly), (at_one_place, from_afar, balanced)
    leaky = *everywhere, *somewhere, at_the_end_only, at_the_beginning_only
    return {"honest": (honest, blind, torch.sin), "leaky": leaky}
