"""One spider a file: requests out, observations in."""
