"""Private PostgreSQL and Valkey for the demo and the tests. Production never imports this package.

Nothing here needs Django: the pytest plugin starts the servers before settings are read.
"""
