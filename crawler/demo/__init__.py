"""The built-in replica of the first site: its server, its pages, its articles and what happens to them."""
