"""A cache in pages, for many texts that come and go (Kwon et al. 2023, section 4).

The memory for keys and values is cut into pages of a few positions. A text has a table of its pages, which may lie
anywhere; texts that begin alike share the pages of their beginning.
"""

from array import array
from collections.abc import Iterator, Sequence
from hashlib import sha256

import torch

from course_lib.errors import CourseError
from course_lib.nn.decoder_cache import DecoderCache
from course_lib.nn.kv_cache import KeysValues, KVCache
from course_lib.shapes import AnyBKSE, AnyValues, IdsBS, IdsBT, Rows, Sequences


class PageTable:
    """The pages of one text in their order, and how many of its positions are in them.

    Positions are given back by setting `length` to fewer: what lies behind is written over.
    """

    def __init__(self, pages: list[int], length: int = 0):
        self.pages, self.length = pages, length


class PagePool:
    """Which pages are free, who uses the others, and what stands in them.

    A page that nobody uses keeps what it holds until it is needed; so a text that begins like an earlier one finds
    that beginning here.

    Args:
        num_pages: how many there are.
        page_size: positions in a page.
    """

    def __init__(self, num_pages: int, page_size: int = 16):
        self.num_pages, self.page_size = num_pages, page_size
        self.free = dict.fromkeys(range(num_pages))  # a set in order: the first has been free for longest
        self.users = [0] * num_pages
        self.known, self.text = {}, {}  # the key of a text up to the end of a page -> that page, and back
        self.stores = {}  # layer -> its keys and values, one row for each position of each page

    def needed(self, length: int) -> int:
        """How many pages hold so many positions."""
        return -(-length // self.page_size)

    def open(self, ids: Sequence[int], length: int) -> PageTable | None:
        """A table for a text that begins with `ids` and may grow to `length`; None while there are too few free pages.

        The pages that hold a beginning of `ids` already are shared; at least the last id is left to be read.
        """
        shared = self.shared(ids)
        new = self.needed(length) - len(shared)
        if new > len(self.free) - sum(page in self.free for page in shared):
            return None
        for page in shared:
            self.use(page)
        return PageTable([*shared, *(self.take() for _ in range(new))], len(shared) * self.page_size)

    def shared(self, ids: Sequence[int]) -> list[int]:
        """The pages that hold the beginning of `ids`, as far as there are any."""
        found = []
        for key in self.keys(ids, len(ids) - 1):
            page = self.known.get(key)
            if page is None:
                break
            found.append(page)
        return found

    def keys(self, ids: Sequence[int], length: int) -> Iterator[bytes]:
        """Yield a key for each page that the first `length` ids fill.

        A key is a hash of the page's own ids and of the key before it, and so of the whole text up to the page's end.
        """
        key = b""
        for end in range(self.page_size, length + 1, self.page_size):
            key = sha256(key + array("q", ids[end - self.page_size : end]).tobytes()).digest()
            yield key

    def take(self) -> int:
        """The page that has been free for longest; what it held is forgotten."""
        page = next(iter(self.free))
        self.known.pop(self.text.pop(page, None), None)
        self.use(page)
        return page

    def use(self, page: int) -> None:
        """One more user for a page."""
        self.free.pop(page, None)
        self.users[page] += 1

    def remember(self, table: PageTable, ids: Sequence[int]) -> None:
        """Note which text, `ids`, stands in the full pages of a table, for others that begin so."""
        for page, key in zip(table.pages, self.keys(ids, table.length), strict=False):
            if key not in self.known and page not in self.text:
                self.known[key], self.text[page] = page, key

    def close(self, table: PageTable) -> None:
        """The text has ended: pages without another user are free. Its end first, since beginnings are shared more."""
        for page in reversed(table.pages):
            self.users[page] -= 1
            if not self.users[page]:
                self.free[page] = None
        table.pages = []


class PagedCache(DecoderCache):
    """The `DecoderCache` of the texts of some tables, one for each row: made anew for each forward pass."""

    def __init__(self, pool: PagePool, tables: Sequence[PageTable], num_layers: int):
        self.pool, self.tables = pool, list(tables)
        self.is_plain, self.memory = False, None
        self.layers = [PagedLayer(self, i) for i in range(num_layers)]

    def extend(self, tokens: Sequences, positions: IdsBT | None = None) -> IdsBT:
        """Take in new `tokens` and return their positions; arguments as those of `DecoderCache.extend`.

        Raises:
            CourseError: another number of rows, or more positions than the pages of a table have.
        """
        device, size = tokens.device, self.pool.page_size
        if len(tokens) != len(self.tables):
            raise CourseError(f"there are {len(self.tables)} tables, so no {len(tokens)} rows can be taken in")
        lengths = torch.tensor([[table.length] for table in self.tables], device=device)
        if positions is None:
            positions = lengths + torch.arange(tokens.shape[1], device=device)
        ends = torch.maximum(lengths, positions.amax(dim=1, keepdim=True) + 1)
        most = [len(table.pages) * size for table in self.tables]
        for table, end, room in zip(self.tables, ends[:, 0].tolist(), most, strict=True):
            if end > room:
                raise CourseError(f"the pages of a text have room for {room} positions, not for {end}")
            table.length = end
        width = max(len(table.pages) for table in self.tables)
        pages = torch.tensor([table.pages + [0] * (width - len(table.pages)) for table in self.tables], device=device)
        steps = torch.arange(int(ends.max()), device=device)
        self.read = pages[:, steps // size] * size + steps % size
        self.held = torch.where(steps < ends, steps, -1)
        rows, columns = (positions >= 0).nonzero(as_tuple=True)
        self.write = rows, columns, self.read[rows, positions[rows, columns]]
        return positions

    def k_positions(self, window_size: int | None) -> IdsBS:
        """The positions of all keys, -1 behind a row's end; windows are left to the masks."""
        return self.held

    def select(self, rows: Rows) -> None:
        """Keep the texts `rows`, each once."""
        self.tables = [self.tables[row] for row in rows]

    def __len__(self):
        return max(table.length for table in self.tables)


class PagedLayer(KVCache):
    """The keys and values of a layer, in pages."""

    def __init__(self, cache: PagedCache, layer: int):
        self.cache, self.layer = cache, layer

    def update(self, keys: AnyBKSE, values: AnyValues) -> KeysValues:
        """Write `keys` and `values` to their pages, and return those of all positions so far, gathered row by row."""
        rows, columns, slots = self.cache.write
        stores = self.cache.pool.stores.get(self.layer) or self.new_stores(keys, values)
        for store, new in zip(stores, (keys, values), strict=True):
            store[slots] = new[rows, :, columns]
        return KeysValues(*(store[self.cache.read].transpose(1, 2) for store in stores))

    def new_stores(self, *keys_values: torch.Tensor) -> list[torch.Tensor]:
        """Room for all positions of all pages; zeros, since no weight of 0 makes up for a NaN."""
        pool = self.cache.pool
        shapes = [(pool.num_pages * pool.page_size, new.shape[1], new.shape[3]) for new in keys_values]
        pool.stores[self.layer] = [new.new_zeros(shape) for new, shape in zip(keys_values, shapes, strict=True)]
        return pool.stores[self.layer]
