## The patient

case-title = F0 case
case-patient = Patient
case-nobody = Name not known
case-no-ward = Ward not known
case-age-years = { $count } years
case-age-months = { $count } months
case-age-under-one = under 1 year
case-from-onset = day { $day } since symptoms began
case-from-diagnosis = day { $day } since diagnosis
case-days-onset = { $count ->
    [one] day since symptoms began
   *[other] days since symptoms began
}
case-days-diagnosis = { $count ->
    [one] day since diagnosis
   *[other] days since diagnosis
}
case-not-reported = No report yet
case-state-closed = Ended
case-state-voided = Voided
case-unknown = Not known
case-none-known = None on record

case-phone = Phone
case-risk = Risk group
case-risk-low = Low risk
case-risk-medium = Medium risk
case-risk-very_high = Very high risk
case-risk-unknown = Not placed
case-conditions = Underlying diseases
case-pregnant = Pregnancy
case-pregnant-yes = Pregnant
case-vaccine = Vaccine
case-doses = { $count } { $count ->
    [one] dose
   *[other] doses
}
case-address = Address
case-household = Household
case-contacts = Contacts
case-people = { $count } { $count ->
    [one] person
   *[other] people
}
case-onset = Onset
case-diagnosed = Diagnosed
case-tests = Tests
case-outcome-detected = Positive
case-outcome-not_detected = Negative
case-outcome-inconclusive = Inconclusive
case-outcome-invalid = Unfit specimen
case-outcome-withdrawn = Withdrawn
case-doctor = Doctor
case-no-doctor = Nobody yet
case-protocol = Protocol
case-call = Call the patient
case-print = Print on one A4

## The course

case-course = Course
case-trend-down = falling
case-trend-up = rising
case-trend-steady = unchanged
case-on-oxygen = on oxygen
case-by-patient = Reported by the patient
case-by-family = Reported by the family
case-by-staff = Noted by staff
case-judged-by = Judged by:
case-doubt = Ask again: this value is hardly possible
case-no-reason = No sign calls for an alert.
case-empty-title = No health report yet
case-empty-text = Call the patient, ask, and note the first report on this page.
case-chart-none = Never measured.
case-chart-no-threshold = the protocol sets no threshold
case-chart-summary = { $count } readings: from { $first } ({ $first_at }) to { $last } ({ $last_at }); lowest { $low }, highest { $high }.
case-legend-threshold = Threshold of the protocol
case-legend-alert = An alert was raised
case-table = Show as a table
case-column-at = Time
case-column-signs = Signs
case-column-level = Level
case-column-by = Source
case-says-title = What each protocol says of the newest report
case-decides = decides
case-says-no = No alert
case-says-nothing = No verdict
case-says-unable = does not apply, or too little is known
case-score = score { $score }
case-not-measured = not measured: { $what }
case-band-green = green
case-band-amber = amber
case-band-red = red
case-band-mild = mild
case-band-moderate = moderate
case-band-severe = severe
case-band-zero = no points
case-band-low = low risk
case-band-low_medium = low to medium risk
case-band-medium = medium risk
case-band-high = high risk

## Alerts and what to do next

case-alert = Alert
case-alert-open = Nobody has it · for: { $owner }
case-alert-mine = You have it
case-alert-taken = Somebody has it
case-take = I take this alert
case-note = What was done
case-note-hint = Whoever is on duty after you reads this.
case-resolve = Dealt with
case-next = What to do next
case-next-emergency = Call now, move now
case-next-emergency-text = Call the patient, call the ambulance 115
case-next-urgent = A doctor calls within the hour
case-next-urgent-text = Ask about the signs again, have them measure again
case-next-watch = Call today
case-next-watch-text = Ask how they are, have them measure again
case-next-measure-again = Measure SpO2 again after 30 to 60 seconds
case-next-ask-age = Ask for the year of birth
case-next-no-report = No report today
case-next-no-report-text = Call, ask, and note it below
case-next-may-end = Isolation may end
case-next-may-end-text = By 250/QĐ-BYT, and no alert waits
case-next-not-yet = Isolation may not end yet
case-next-ended = The case has ended
case-timeline = Timeline
case-timeline-earlier = Show the days before

## Noting a report

case-form-title = Note a health report
case-form-by = Who measured
case-form-on-oxygen = SpO2 was read on oxygen
case-form-symptoms = Signs now
case-form-no-symptoms = Asked, there are none
case-form-send = Save the report

## What waits, contacts, papers

case-more-people = and { $count } others
case-near-household = Same household
case-near-close = Together for long
case-near-brief = Together briefly
case-near-same_place = Same place, other time
case-contacts-title = Contacts
case-papers = Papers
case-paper-revoked = revoked
case-paper-valid = valid
case-paper-issued = Issued
case-paper-issue = Issue and print
case-paper-print = Print
case-paper-revoked-at = Revoked
case-paper-revoke = Revoke this paper
case-paper-revoke-now = Revoke
case-paper-reason = Why it is revoked
case-paper-reason-hint = Who scans the paper sees that it was revoked, not why.
case-paper-case-closed = Isolation has ended
case-paper-result-changed = The test result was corrected
case-paper-result-withdrawn = The test result was withdrawn
case-paper-merged = A second record of one person, now joined
case-advice = Recent advice
case-advice-read = The family read it
case-advice-unread = Not read yet
case-stock = The station has { $count } of this bag
case-stock-none = The station has none of this bag left: get more, the order stands
case-told-family = The family was sent a message;
case-told-family-not = The family has no telephone on record: tell them in person;
case-told-station = so was the commune’s station.
case-told-station-not = the commune’s station has no telephone on record: call it.
case-contact-last = Last met
case-contacts-follow = Follow up all contacts
case-waits = Waits for the next step
case-due = due
case-close = End isolation, issue the certificate
case-close-ask = End isolation and issue the certificate?
