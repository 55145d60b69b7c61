"""Danish search over public offers: fold, spell, widen, find, rank, count.

    from offers.search.finding import find           # page, API and everything else use this one
    from offers.search.indexing import index_offers  # after an offer has changed
    from offers.search.crisis import mentions_crisis # before anything that somebody wrote is kept

The way of a query: text → folded words → spelling against our own vocabulary → concepts with
synonyms and parts of compounds → all concepts, then some → rank → facets. One statement reads the
vocabulary and one finds; nothing here is imported by the package itself, so that a page never loads
the dictionary that only the indexer needs.
"""
