"""Finished runs on disk: folders that appear whole or not at all, and reading them back.

A run is a folder ``results/<scenario>/<run id>/``; a replication is a folder inside it. Everything
is written beside its place under another name and then moved, so a reader never sees half a file.
"""
