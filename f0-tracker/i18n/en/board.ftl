## The board

board-title = Duty board
board-connecting = Connecting
board-view = View
board-view-lanes = Three lanes
board-view-list = One list
board-shortcuts = Shortcuts
board-shortcuts-use = Use shortcuts
board-key-down = down
board-key-up = up
board-key-open = open the case
board-key-take = take
board-key-call = call
board-close = Close

board-alerts = Alerts
board-none-emergency = Nobody is an emergency.
board-none-urgent = Nobody needs an urgent call.
board-none-watch = Nobody needs a new reading or a call today.
board-waits = Waiting
board-wait-short = under 1 min
board-wait-minutes = { $minutes } min
board-wait-hours = { $hours } h { $minutes } min
board-wait-days = { $days } d { $hours } h
board-call = Call
board-take = Take
board-resolve = Done
board-more = and { $count } more
board-more-alerts = There are more alerts than are shown; they appear as those above are taken.

## The list of cases

board-cases = Cases under care
board-q = Name without diacritics, phone, ID number
board-ward = Ward
board-ward-all = Every ward
board-risk-all = Every risk group
board-find = Find
board-clear = Clear
board-next = Show more
board-nobody-title = Nobody found
board-nobody-text = Try fewer letters, or search by phone number.
board-no-case-title = No case is open yet
board-no-case-text = A case opens by itself when a positive result arrives in your area.
board-column-level = Level
board-column-who = Patient
board-column-where = Lives in
board-column-day = Day of illness
board-column-values = Newest values
board-column-reported = Last report
board-column-doctor = Doctor
board-whole-district = All of { $name }
board-doctor-me = My patients
board-doctor-all = All doctors
board-sound = Emergency sound
board-filtered = Filtered by area, doctor or risk. Emergencies are always shown.
board-handed = Hand-overs that wait for a doctor
board-accept = Accept
