"""The marketer's files as pydantic models: what may be written in each. `building` makes the bundle of them."""
