"""Words that name somebody in; actors with country, sector and title out."""
