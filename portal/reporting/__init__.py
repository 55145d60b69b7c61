"""Reads that cross apps. What is counted here is stored by the lower app's own service, and pages
of that app read what is stored."""
