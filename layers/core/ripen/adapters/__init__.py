"""The adapters: one module or package per outside system, which keeps that system's terms, keys and codes to itself."""
