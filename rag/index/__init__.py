"""The writing half: keep a store in step with files and folders."""
