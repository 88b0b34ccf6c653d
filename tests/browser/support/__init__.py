"""What the browser tests share: a served city, a visitor with an authenticator, what they send, how pages are judged."""
