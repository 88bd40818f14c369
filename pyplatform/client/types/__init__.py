"""Bodies of requests and answers, one module a part of the API."""
