"""The sixteen mechanisms, one file each, and the order of a month."""
