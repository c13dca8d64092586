"""What happened: usage events and bill lines, kept in Delta tables. No computed price lives here."""
