"""An HTTP server over stores: OpenAI-compatible endpoints, endpoints of its own, and a page."""
