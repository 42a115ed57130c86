## Advice line

hotline-title = Advice line
hotline-q = Phone, name without accents, ID number
hotline-back = Back to the lists
hotline-nobody = Try the phone or fewer letters. Who is not in the register is asked to call the health station.
hotline-found = People found
hotline-state = F0 case
hotline-no-case = No F0 case
hotline-ended = Ended on { $day }
hotline-promised = Promised calls
hotline-promised-none = No call is promised.
hotline-late = Overdue
hotline-handed = Hand-overs that nobody accepted
hotline-ambulance = 115 said that it comes
hotline-calls = To be called
hotline-calls-lead = By danger and time without news.
hotline-later = { $count } others wait for their next attempt.
hotline-calls-none = Nobody is to be called now
hotline-calls-none-text = The list fills by itself when somebody's turn comes.
hotline-attempts = Tried
hotline-tried = { $count } times, last { $how }, { $ago }
hotline-visit = Cannot be reached; the station is to go there.
hotline-case = Open the case
hotline-household = Same household, same phone
hotline-household-none = Nobody else of the household is known.
hotline-relation-asked = the caller
hotline-relation-household = same household
hotline-relation-phone = same phone
hotline-script = Ask in this order
hotline-script-lead = Note what the caller says. It is judged by the same rules as the family's own report.
hotline-log-none = No call and nothing else was noted.
hotline-due = Promised for

## Why here

rank-why = Why
rank-silent = { $count } h without news
rank-silent-days = { $count } days without news
rank-never = never reported
rank-spo2 = SpO2 { $count } below their own level
rank-breathing = breathing { $count } above their own level
rank-pulse = pulse { $count } above their own level
rank-risk = risk high or not known
rank-day = day { $count } of illness
rank-points = { $count } points

## The household

hotline-house-title = One call for the household
hotline-house-lead = Each member is judged by the protocol of their age. Leave empty whoever nothing is known of.
hotline-house-call = The call
hotline-house-inbound = they called us
hotline-house-outbound = we called them
hotline-house-send = Note for all members
hotline-house-link = Ask about the whole household in one call
