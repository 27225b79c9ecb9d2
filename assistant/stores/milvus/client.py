"""Client of a Milvus database: its address, its two collections, its errors, its rows."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any
from urllib.parse import unquote, urlsplit

from assistant.errors import IndexStoreError, UsageError
from assistant.stores.milvus.rows import MOST_PARTS, among
from assistant.util.redact import redact_address

_TIMEOUT_S = 30
_DEFAULT_NAME = "news_assistant"
_NAME = re.compile(r"[A-Za-z_]\w{0,199}", re.ASCII)
_LONGEST = 65_535
_LONGEST_KEY = 16_000
_ROWS_AT_ONCE = 1_000

# "Collection not loaded", as after a restart of the server.
_NOT_LOADED = 101

Hit = tuple[float, dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Address:
    """`http://[user:password@]host:port[/name]`; `name` begins the collections' names."""

    uri: str
    token: str
    name: str

    @classmethod
    def parse(cls, address: str) -> Address:
        """The address that is written so. Raises `UsageError`."""
        # Neither the parser's own words nor what it took for a name: either may be a piece of a password.
        shown = redact_address(address)
        try:
            parts = urlsplit(address)
            port = parts.port or (443 if parts.scheme == "https" else 19530)
            host = parts.hostname if parts.scheme in ("http", "https") else None
        except ValueError:
            host = None
        if not host:
            raise UsageError(f"index {shown}: not an address; write it as http://host:19530")
        name = parts.path.strip("/") or _DEFAULT_NAME
        if not _NAME.fullmatch(name):
            raise UsageError(f"index {shown}: what follows / cannot be a collection's name; use letters, digits and _")
        host = f"[{host}]" if ":" in host else host
        token = f"{unquote(parts.username or '')}:{unquote(parts.password or '')}" if parts.username else ""
        return cls(f"{parts.scheme}://{host}:{port}", token, name)


class MilvusDatabase:
    """The connection; every method raises `IndexStoreError` with a remedy when the engine fails."""

    def __init__(self, address: str) -> None:
        """Connect. Raises `UsageError` also when the client is not installed."""
        self.address = Address.parse(address)
        try:
            from pymilvus import MilvusClient
        except ImportError as error:
            raise UsageError(
                f"index {self.address.uri}: the Milvus client is not installed; "
                "run in the checkout: .venv/bin/pip install -e '.[milvus]'"
            ) from error
        # It logs each error with its traceback; ours are raised, in one line.
        logging.getLogger("pymilvus").setLevel(logging.CRITICAL + 1)
        self.paragraphs = f"{self.address.name}_paragraphs"
        self.records = f"{self.address.name}_records"
        with self._asking():
            self.client = MilvusClient(uri=self.address.uri, token=self.address.token, timeout=_TIMEOUT_S)
        if not self.has(self.records):
            self._create_records()

    def has(self, collection: str) -> bool:
        """Whether there is a collection of that name."""
        with self._asking():
            return bool(self.client.has_collection(collection))

    def create_paragraphs(self, dimensions: int) -> None:
        """Create the collection of paragraphs, unless another process just did."""
        from pymilvus import DataType, Function, FunctionType

        schema = self._schema(dimensions)
        schema.add_field("article", DataType.VARCHAR, max_length=_LONGEST_KEY)
        schema.add_field("version", DataType.VARCHAR, max_length=64)
        schema.add_field("number", DataType.INT64)
        schema.add_field("day", DataType.INT64)
        schema.add_field(
            "words", DataType.VARCHAR, max_length=_LONGEST, enable_analyzer=True, analyzer_params={"type": "standard"}
        )
        schema.add_field("sparse", DataType.SPARSE_FLOAT_VECTOR)
        bm25 = Function(
            name="bm25", function_type=FunctionType.BM25, input_field_names=["words"], output_field_names=["sparse"]
        )
        schema.add_function(bm25)
        # Inner product: the cosine of vectors of unit length, and defined for a vector of zeros too.
        self._create(
            self.paragraphs, schema, {"vector": ("AUTOINDEX", "IP"), "sparse": ("SPARSE_INVERTED_INDEX", "BM25")}
        )

    def upsert(self, collection: str, rows: Sequence[Mapping[str, Any]]) -> None:
        """Insert rows in place of those with their keys."""
        for begin in range(0, len(rows), _ROWS_AT_ONCE):
            with self._asking():
                self.client.upsert(collection, [dict(row) for row in rows[begin : begin + _ROWS_AT_ONCE]])

    def delete(self, collection: str, condition: str) -> None:
        """Delete the rows for which a condition holds."""
        with self._asking():
            self.client.delete(collection, filter=condition)

    def flush(self, collection: str) -> None:
        """Have the engine index what it has; a busy cluster may put that off, which only costs time."""
        from pymilvus.exceptions import MilvusException

        try:
            self.client.flush(collection, timeout=_TIMEOUT_S)
        except MilvusException:
            logging.getLogger(__name__).debug("flush was put off", exc_info=True)

    def get(self, collection: str, keys: Sequence[str], fields: Sequence[str]) -> list[dict[str, Any]]:
        """Rows by their keys, in no order."""
        found: list[dict[str, Any]] = []
        for begin in range(0, len(keys), _ROWS_AT_ONCE):
            query = partial(
                self.client.query, collection, filter=among("key", keys[begin : begin + _ROWS_AT_ONCE]),
                output_fields=list(fields), consistency_level="Strong",
            )  # fmt: skip
            found += [dict(row) for row in self._read(collection, query)]
        return found

    def select(self, collection: str, condition: str, fields: Sequence[str]) -> Iterator[dict[str, Any]]:
        """Rows for which a condition holds, in no order, some at a time."""
        query = partial(
            self.client.query_iterator, collection, filter=condition, output_fields=list(fields),
            batch_size=_ROWS_AT_ONCE, consistency_level="Strong",
        )  # fmt: skip
        rows = self._read(collection, query)
        try:
            while some := self._read(collection, rows.next):
                yield from (dict(row) for row in some)
        finally:
            rows.close()

    def search(self, field: str, asked: Any, metric: str, condition: str, limit: int) -> list[Hit]:
        """The best paragraphs with their scores, best first."""
        search = partial(
            self.client.search, self.paragraphs, data=[asked], anns_field=field, filter=condition, limit=limit,
            output_fields=["article", "version", "content"], search_params={"metric_type": metric},
            consistency_level="Strong",
        )  # fmt: skip
        (hits,) = self._read(self.paragraphs, search)
        return [(float(hit["distance"]), {"key": hit["key"], **hit["entity"]}) for hit in hits]

    def close(self) -> None:
        """Close the connection."""
        self.client.close()

    def _create_records(self) -> None:
        from pymilvus import DataType

        schema = self._schema(2)  # A collection must have a vector; two zeros are the smallest.
        schema.add_field("kind", DataType.VARCHAR, max_length=16)
        schema.add_field("version", DataType.VARCHAR, max_length=64)
        schema.add_field("origin", DataType.VARCHAR, max_length=_LONGEST_KEY)
        schema.add_field("story", DataType.VARCHAR, max_length=256)
        schema.add_field("listing", DataType.VARCHAR, max_length=_LONGEST)
        self._create(self.records, schema, {"vector": ("AUTOINDEX", "IP")})

    def _schema(self, dimensions: int) -> Any:
        from pymilvus import DataType

        schema = self.client.create_schema(auto_id=False, enable_dynamic_field=False)
        schema.add_field("key", DataType.VARCHAR, is_primary=True, max_length=_LONGEST_KEY)
        schema.add_field("vector", DataType.FLOAT_VECTOR, dim=dimensions)
        schema.add_field(
            "content", DataType.ARRAY, element_type=DataType.VARCHAR, max_capacity=MOST_PARTS, max_length=_LONGEST
        )
        return schema

    def _create(self, collection: str, schema: Any, indexes: Mapping[str, tuple[str, str]]) -> None:
        parameters = self.client.prepare_index_params()
        for field, (kind, metric) in indexes.items():
            parameters.add_index(field, index_type=kind, metric_type=metric)
        try:
            with self._asking():
                self.client.create_collection(
                    collection, schema=schema, index_params=parameters, consistency_level="Strong"
                )
        except IndexStoreError:
            if not self.has(collection):
                raise
        with self._asking():
            self.client.load_collection(collection)

    def _read(self, collection: str, operation: Callable[[], Any]) -> Any:
        from pymilvus.exceptions import MilvusException

        with self._asking():
            try:
                return operation()
            except MilvusException as error:
                if error.code != _NOT_LOADED:
                    raise
                self.client.load_collection(collection)
                return operation()

    @contextmanager
    def _asking(self) -> Iterator[None]:
        from grpc import RpcError
        from pymilvus.exceptions import MilvusException

        try:
            yield
        except (MilvusException, RpcError, OSError) as error:
            text = " ".join(str(getattr(error, "message", "") or error).split())[:300]
            where = f"{self.address.uri}/{self.address.name}"
            raise IndexStoreError(f"index {where}: {text}; is the server running and the address right?") from error
