## Shifts

shift-title = Shift handover
shift-lead = Who goes makes the list; who comes accepts it line by line. Until then each line stays with whoever gave it.
shift-taking = For you to accept
shift-none-title = Nothing is handed over to you
shift-none-text = What somebody hands over to you or to whoever is on duty stands here for three days.
shift-give = Hand your shift over
shift-give-lead = The list is made by itself: alerts in your hands, calls that you promised, your patients who get worse.
shift-to = Who comes
shift-anybody = whoever is on duty
shift-note = Anything to add
shift-make = Make the list
shift-given = What you handed over
shift-all-accepted = All accepted
shift-open = { $count } not accepted yet
shift-empty = Nothing was in hand.
shift-line-alert = alert
shift-line-promise = promised call
shift-line-trend = gets worse
shift-accept = Accept
shift-accepted-by = Accepted by { $who }
shift-waits = Nobody accepted it yet
