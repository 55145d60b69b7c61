"""The yearly status report: its days, its facts, what it is filled in from, and its documents.

The doors that write are in `partnerships/services/reports.py`.
"""
