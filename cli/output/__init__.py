"""How commands print: JSON, tables, pictures, CSV."""
