"""The HTTP kit: typed routes on Granian RSGI, problems, OpenAPI, WebSockets. It knows no domain."""
