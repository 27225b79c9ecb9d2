"""The library: an index of articles kept in step with the files it was made from; uploads, versions, backups."""
