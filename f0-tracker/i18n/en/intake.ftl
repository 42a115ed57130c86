## A test by the station

tested-title = Note a test
tested-lead = A negative test that staff took or watched counts for the end of isolation.
tested-new-title = Rapid test of somebody
tested-new-lead = A positive test opens the case by the definition in force on its day; somebody who has a case keeps that one.
tested-no-case = Noted. No case was opened
tested-test = The test
tested-outcome = Result
tested-detected = positive
tested-not-detected = negative
tested-invalid = invalid
tested-method = Kind
tested-antigen = rapid antigen
tested-watch = Who saw it
tested-watch-staff = staff took it
tested-watch-in-person = self-test, watched in person
tested-watch-remote = self-test, watched remotely
tested-watch-unwatched = self-test, nobody watched: does not count
tested-at = Taken at
tested-note = Note
tested-who = Who
tested-name = Full name
tested-birth = Year or day of birth
tested-birth-hint = 1955 or 1955-03-20
tested-sex = Sex
tested-number = ID number
tested-signs = What the definition asks
tested-signs-lead = Whether the test makes a case depends on these.
tested-factor = Was in an area or with people at risk
tested-contact = Contact of a case (F1)
tested-onset = First day of symptoms
tested-send = Note the test
tested-link = Enter a rapid test

## Intake

intake-title = Intake
intake-lead = What is left open is not known, and never counts as normal.
intake-conditions = Underlying diseases (4038/QĐ-BYT)
intake-no-conditions = Asked: none of these
intake-doses = Doses of vaccine
intake-last-dose = Day of the last dose
intake-pregnant = Pregnant
intake-stable = Diseases stable on treatment
intake-self-care = Cares for themselves
intake-reachable = Reaches staff by telephone
intake-has-carer = Has a carer
intake-carer = Who takes care of the patient
intake-household = Who else lives in the household
intake-doctor-by-load = the one who has the patient, else the one with the fewest patients
intake-send = Take in
intake-may = May stay at home
intake-may-not = May not stay at home
intake-unknown = Not all is known yet
intake-met = met
intake-not-met = not met
intake-not-known = not known

## Contacts

contacts-title = Contacts (F1)
contacts-lead = What each of them does today, by the rule of the day.
contacts-nobody = No contact is known
contacts-nobody-text = The household stands in the intake; places come from check-ins.
contacts-today = Today
contacts-quarantine = stays at home
contacts-test = test is due
contacts-watch = watches for signs
contacts-free = free
contacts-ill = became a case
contacts-none = not followed up
contacts-quarantine-until = At home until
contacts-test-on = Test on
contacts-watch-until = Watch until

## The roster

duties-title = Who is on duty
duties-lead = Alerts go to whoever is on duty here, and move when a duty begins or ends. Where nobody is on the roster, somebody whose account covers the ward stands in.
duties-none = Nobody is on the roster for the coming week
duties-none-text = Put the first on duty below. New cases get their doctor from the roster.
duties-who = Who
duties-role = As
duties-area = Area
duties-from = From
duties-to = To
duties-now = on duty now
duties-alerts = Open alerts
duties-end = End
duties-end-ask = End this duty now? Its alerts go to whoever is on duty then.
duties-add = Put on duty
