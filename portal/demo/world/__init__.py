"""The demo world: organisations, people, offers, agreements and a year of referrals, all of it made
through the services, in its own time. See `building` for the order."""
