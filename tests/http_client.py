"""HTTP client: httpx's functions with a timeout of a minute, since the tests share the processor with others."""

from functools import partial

import httpx

get = partial(httpx.get, timeout=60)
post = partial(httpx.post, timeout=60)
delete = partial(httpx.delete, timeout=60)
options = partial(httpx.options, timeout=60)
request = partial(httpx.request, timeout=60)
stream = partial(httpx.stream, timeout=60)
