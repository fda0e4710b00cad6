"""Pure rules: values in, values out. No Scrapy, no database, no clock, no logging."""
