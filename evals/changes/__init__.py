"""Whether it is told that a kept answer no longer holds, measured on changes that were made up."""
