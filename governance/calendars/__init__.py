"""Business calendars: working hours, weekdays and holidays, and time that counts only in them."""
