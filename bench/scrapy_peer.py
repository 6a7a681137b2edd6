"""scrapy-playwright as its own guide shows it, four pages at a time: `scrapy_peer.py '{"pages": [...], ...}'`.

Says `[pages seen, seconds]`: from the first request, when the browser runs already.
"""

import json
import sys
import time
from collections.abc import AsyncIterator, Iterator
from typing import Any

import scrapy
from scrapy.crawler import CrawlerProcess
from scrapy_playwright.page import PageMethod


class Spider(scrapy.Spider):
    """Waits for the list to be drawn, since what a page fetched is not handed out."""

    name = "peer"

    def __init__(self, told: dict[str, Any]) -> None:
        super().__init__()
        self.pages = told["pages"]
        self.seen = 0
        self.began = 0.0
        self.ended = 0.0

    async def start(self) -> AsyncIterator[scrapy.Request]:
        yield self._request(self.pages[0], self.parse_first)

    def parse_first(self, response: Any) -> Iterator[scrapy.Request]:
        """The browser runs from here on."""
        self.began = time.perf_counter()
        for page in self.pages:
            yield self._request(page, self.parse)

    def parse(self, response: Any) -> None:
        if "县政务服务大厅" in response.text:
            self.seen += 1
        self.ended = time.perf_counter()

    def _request(self, url: str, then: Any) -> scrapy.Request:
        wait = PageMethod("wait_for_function", "document.body.innerText.includes('县政务服务大厅')")
        return scrapy.Request(
            url, callback=then, dont_filter=True, meta={"playwright": True, "playwright_page_methods": [wait]}
        )


def main(told: dict[str, Any]) -> None:
    handler = "scrapy_playwright.handler.ScrapyPlaywrightDownloadHandler"
    crawler = CrawlerProcess(
        {
            "DOWNLOAD_HANDLERS": {"http": handler, "https": handler},
            "TWISTED_REACTOR": "twisted.internet.asyncioreactor.AsyncioSelectorReactor",
            "PLAYWRIGHT_LAUNCH_OPTIONS": {
                "executable_path": told["browser"],
                "proxy": {"server": told["proxy"]},
                "args": [f"--ignore-certificate-errors-spki-list={told['spki']}"],
            },
            "PLAYWRIGHT_MAX_PAGES_PER_CONTEXT": 4,
            "CONCURRENT_REQUESTS": 4,
            "CONCURRENT_REQUESTS_PER_DOMAIN": 4,
            "DOWNLOAD_DELAY": 0,
            "ROBOTSTXT_OBEY": False,
            "LOG_LEVEL": "ERROR",
        }
    )
    one = crawler.create_crawler(Spider)
    crawler.crawl(one, told=told)
    crawler.start()
    spider: Any = one.spider
    sys.stdout.write(json.dumps([spider.seen, spider.ended - spider.began]) + "\n")


if __name__ == "__main__":
    main(json.loads(sys.argv[1]))
