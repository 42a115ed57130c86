## The province

dash-title = The epidemic
dash-everything = Whole area
dash-as-of = Numbers of
dash-source = source: F0 cases, laboratory results and check-ins of An Tâm
dash-area = District
dash-from = From
dash-to = To
dash-show = Show
dash-export = Download CSV

dash-new = New cases
dash-average = Average of 7 days
dash-average-note = average of 7 days: { $count }
dash-open = In isolation
dash-serious = Urgent, emergency
dash-serious-note = { $count } urgent or emergency
dash-waiting = Alerts that nobody has
dash-waiting-none = nobody waits
dash-oldest = the oldest from { $ago }
dash-silent = Reports missing
dash-share-note = { $share } of those in isolation
dash-positivity = Positive share
dash-tests = Tests
dash-tests-note = { $count } tests in 7 days
dash-contacts = Contacts found
dash-contacts-note = in the days shown; check-in sends the messages
dash-closed = Ended
dash-day = Day

dash-curve = The curve
dash-chart-new = New cases a day
dash-chart-active = In isolation
dash-chart-tests = Tests and positive ones
dash-chart-summary = From { $first } to { $last }: at most { $most }, on the last day { $now }.
dash-positive-word = positive
dash-legend-day = one day (with tests: positive ones)
dash-legend-average = average of 7 days
dash-legend-tests = all tests
dash-table = Show as a table

dash-alerts = Alerts now
dash-since = Waiting since
dash-taken = { $count } in hand
dash-levels = In isolation, by the level of the newest report
dash-risks = In isolation, by risk group
dash-contact-household = Same household
dash-contact-close = Together for long (close)
dash-contact-brief = Together briefly
dash-contact-same_place = Same place, other time

dash-districts = By district
dash-no-district = District not known
dash-tiles = New cases of 7 days by district
dash-new-week = New, 7 days
dash-trend = Against the 7 days before
dash-up = { $count } more
dash-down = { $count } fewer
dash-steady = unchanged
