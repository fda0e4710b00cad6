"""Speed and memory of a crawl, measured against a bare Scrapy spider: `make bench`."""
