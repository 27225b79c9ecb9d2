"""Ingestion: files → `Article` values. `discover.list_files` and `discover.files_of` are the way in."""
