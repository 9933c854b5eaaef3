"""What several tests need to set up: children to read, mappings that mislead, a /proc made of files."""
