"""Tractatus, the framework as a library: six services that check what an AI agent proposes, and the gate over them.

Pure Python with numpy; no network, no clock, no files but its own data.
"""
