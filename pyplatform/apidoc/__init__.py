"""Documents of the interfaces, made from the code that serves them: OpenAPI of HTTP, AsyncAPI of messages."""
