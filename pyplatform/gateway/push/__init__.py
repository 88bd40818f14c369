"""Push: what clients follow over the WebSocket, topic by topic."""
