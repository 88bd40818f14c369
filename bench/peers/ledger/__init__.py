"""Our wallet beside other ledgers: 512 callers, each waits for its own durable transfer."""
