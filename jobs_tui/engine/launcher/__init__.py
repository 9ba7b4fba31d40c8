"""The process that starts, watches and ends all others (DESIGN 7).

The launcher itself loads this file: no imports here.
"""
