"""Article files → `Article` values. `folder.list_files` and `folder.files_of` are the way in."""
