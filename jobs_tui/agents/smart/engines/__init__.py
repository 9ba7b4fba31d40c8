"""Ways of finding the texts that fit a question: by words, by meaning, by an endpoint."""
