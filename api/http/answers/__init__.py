"""How an answer is written: encoding, headers, errors, pages."""
