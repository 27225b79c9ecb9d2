"""What several packages need and no library gives: nothing here knows of news."""
