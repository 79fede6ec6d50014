"""Write product descriptions from attributes."""
