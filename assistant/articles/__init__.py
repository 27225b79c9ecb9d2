"""Article files → `Article` values. `folder.read_folder` is the way in."""
