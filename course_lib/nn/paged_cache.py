"""Paged attention: a KV cache that is divided into pages, so that sequences can start and end at any time.

The memory for keys and values consists of pages with a few positions each (vLLM calls them blocks). Each sequence has a
table of its pages, which can be anywhere in memory. Sequences with the same prefix share the pages of that prefix (Kwon
et al. 2023, section 4).
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
    """The pages of one sequence in order, and the number of positions stored in them.

    To discard the last positions, set `length` to a smaller number. New tokens then overwrite the discarded positions.
    """

    def __init__(self, pages: list[int], length: int = 0):
        self.pages, self.length = pages, length


class PagePool:
    """A pool of cache pages, which allocates pages to sequences and tracks which pages are in use.

    A page that is no longer used keeps its contents until it is needed again. A new prompt that starts with the same
    tokens can reuse it (prefix caching).

    Args:
        num_pages: number of pages.
        page_size: number of positions in a page.
    """

    def __init__(self, num_pages: int, page_size: int = 16):
        self.num_pages, self.page_size = num_pages, page_size
        self.free = dict.fromkeys(range(num_pages))  # an ordered set; the first page has been free the longest
        self.users = [0] * num_pages
        self.known, self.text = {}, {}  # key of a full page (see `keys`) -> page, and page -> key
        self.stores = {}  # layer -> its keys and values, with one row per position in each page

    def needed(self, length: int) -> int:
        """Return the number of pages needed to store `length` positions."""
        return -(-length // self.page_size)

    def open(self, ids: Sequence[int], length: int) -> PageTable | None:
        """Allocate pages for a new sequence, and share the pages that already store a prefix of `ids`.

        The page with the last token is never shared, so the model always has at least one token to process.

        Args:
            ids: the token ids with which the sequence starts.
            length: the maximum length of the sequence.

        Returns:
            The page table, or None if there are not enough free pages.
        """
        shared = self.shared(ids)
        new = self.needed(length) - len(shared)
        if new > len(self.free) - sum(page in self.free for page in shared):
            return None
        for page in shared:
            self.use(page)
        return PageTable([*shared, *(self.take() for _ in range(new))], len(shared) * self.page_size)

    def shared(self, ids: Sequence[int]) -> list[int]:
        """Return the pages that store the longest cached prefix of `ids`."""
        found = []
        for key in self.keys(ids, len(ids) - 1):
            page = self.known.get(key)
            if page is None:
                break
            found.append(page)
        return found

    def keys(self, ids: Sequence[int], length: int) -> Iterator[bytes]:
        """Yield a key for each full page of the first `length` ids.

        A key is a hash of the page's ids and the previous key, so it depends on all ids up to the end of the page.
        """
        key = b""
        for end in range(self.page_size, length + 1, self.page_size):
            key = sha256(key + array("q", ids[end - self.page_size : end]).tobytes()).digest()
            yield key

    def take(self) -> int:
        """Take the page that has been free the longest, discard its contents, and return its number."""
        page = next(iter(self.free))
        self.known.pop(self.text.pop(page, None), None)
        self.use(page)
        return page

    def use(self, page: int) -> None:
        """Mark a page as used by one more sequence."""
        self.free.pop(page, None)
        self.users[page] += 1

    def remember(self, table: PageTable, ids: Sequence[int]) -> None:
        """Register the full pages of a sequence under its token ids, so that other sequences can share them."""
        for page, key in zip(table.pages, self.keys(ids, table.length), strict=False):
            if key not in self.known and page not in self.text:
                self.known[key], self.text[page] = page, key

    def close(self, table: PageTable) -> None:
        """Free the pages of a sequence that has ended, unless another sequence uses them.

        The last pages are freed first and are therefore reused first. The first pages are more likely to store a prefix
        that other sequences can share, so they stay longer.
        """
        for page in reversed(table.pages):
            self.users[page] -= 1
            if not self.users[page]:
                self.free[page] = None
        table.pages = []


class PagedCache(DecoderCache):
    """A `DecoderCache` that stores keys and values in pages, with one page table per batch row.

    Make a new `PagedCache` for each forward pass. The keys and values stay in the pool.

    Args:
        pool: the pool that contains the pages.
        tables: the page table of each batch row.
        num_layers: number of decoder layers.
    """

    def __init__(self, pool: PagePool, tables: Sequence[PageTable], num_layers: int):
        self.pool, self.tables = pool, list(tables)
        self.is_plain, self.memory = False, None
        self.layers = [PagedLayer(self, i) for i in range(num_layers)]

    def extend(self, tokens: Sequences, positions: IdsBT | None = None) -> IdsBT:
        """Record the positions of new tokens and return these positions.

        The arguments are those of `DecoderCache.extend`.

        Raises:
            CourseError: the number of rows differs from the number of tables, or a sequence doesn't fit into its pages.
        """
        device, size = tokens.device, self.pool.page_size
        if len(tokens) != len(self.tables):
            raise CourseError(f"the new tokens must have one row per page table, {len(self.tables)}, got {len(tokens)}")
        lengths = torch.tensor([[table.length] for table in self.tables], device=device)
        if positions is None:
            positions = lengths + torch.arange(tokens.shape[1], device=device)
        ends = torch.maximum(lengths, positions.amax(dim=1, keepdim=True) + 1)
        most = [len(table.pages) * size for table in self.tables]
        for table, end, room in zip(self.tables, ends[:, 0].tolist(), most, strict=True):
            if end > room:
                raise CourseError(
                    f"a sequence must fit into its pages, which hold {room} positions, got {end}; "
                    "use a larger length in PagePool.open"
                )
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
        """Return the positions of all keys, with -1 after the end of a row.

        They are the same for every window, because the attention mask hides the keys outside it.
        """
        return self.held

    def select(self, rows: Rows) -> None:
        """Keep only the sequences in the batch rows `rows`, in that order. No row can be repeated."""
        self.tables = [self.tables[row] for row in rows]

    def __len__(self):
        return max(table.length for table in self.tables)


class PagedLayer(KVCache):
    """The cache of one layer, with keys and values stored in pages."""

    def __init__(self, cache: PagedCache, layer: int):
        self.cache, self.layer = cache, layer

    def update(self, keys: AnyBKSE, values: AnyValues) -> KeysValues:
        """Write `keys` and `values` to their pages, and return the keys and values of all positions so far."""
        rows, columns, slots = self.cache.write
        stores = self.cache.pool.stores.get(self.layer) or self.new_stores(keys, values)
        for store, new in zip(stores, (keys, values), strict=True):
            store[slots] = new[rows, :, columns]
        return KeysValues(*(store[self.cache.read].transpose(1, 2) for store in stores))

    def new_stores(self, *keys_values: torch.Tensor) -> list[torch.Tensor]:
        """Allocate all pages of a layer and fill them with zeros.

        Without this, an unused position could contain NaN, and NaN times an attention weight of 0 is still NaN.
        """
        pool = self.cache.pool
        shapes = [(pool.num_pages * pool.page_size, new.shape[1], new.shape[3]) for new in keys_values]
        pool.stores[self.layer] = [new.new_zeros(shape) for new, shape in zip(keys_values, shapes, strict=True)]
        return pool.stores[self.layer]
