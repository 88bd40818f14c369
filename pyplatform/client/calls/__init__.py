"""Operations of the API as calls for a client to send, one module a part."""
