"""Articles become mentions, mentions become events, events become alerts; and the contract every room shares."""
