"""The configuration that tracks a replica."""

import json
from collections.abc import Mapping

from crawler.demo.server import HOST


def newstrail_toml(
    base: str, database: str, sources: Mapping[str, str], *, concurrency: int = 8, every: str = "5m"
) -> str:
    """The text of a newstrail.toml for a replica at `base`; `sources` as `Replica.sources`: category -> name."""
    head = f"""database = {json.dumps(database, ensure_ascii=False)}

[crawl]
delay = 0
concurrency_per_host = {concurrency}
allow_private = ["{HOST}"]

[site.replica]
listing  = "{base}/category/{{category}}.html"
article  = '/(?P<category>[^/]+)/(?P<date>\\d{{4}}/\\d{{2}}/\\d{{2}})/(?P<code>[^/]+)\\.html$'
share    = "{base}/html_News/NewsShare.html?infoCode={{code}}"
content  = "{base}/NewsData/GetNewsText.do?id={{code}}"
timezone = "Asia/Shanghai"
confirm_after = "0s"
variant_window = "0s"
"""
    tables = [
        f'\n[[source]]\nkey = {json.dumps(key, ensure_ascii=False)}\nsite = "replica"\n'
        f'name = {json.dumps(name, ensure_ascii=False)}\nevery = "{every}"\n'
        for key, name in sources.items()
    ]
    return head + "".join(tables)
