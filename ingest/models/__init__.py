"""Model files and how they run on this machine."""
